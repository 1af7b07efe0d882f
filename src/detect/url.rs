//! Addresses of web pages that name somebody.

use crate::detect::context::Vocabulary;
use crate::detect::host::host_end;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text, Word};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "url",
    kinds: &["URL"],
    follows: "RFC 3986; which parts name somebody is by the forms that sites use for people",
    leaves_out: "pages that name nobody (of a product, a text, a search), and sites without `http://` or `www.` whose host is \
                 none that people have profiles at",
    starts: &[Starts::Mark(b':'), Starts::Keyword(&["www"]), Starts::Keyword(PROFILES)],
    find,
};

/// Sites where the first part of a path is a person's name.
const PROFILES: &[&str] = &[
    "facebook",
    "linkedin",
    "instagram",
    "github",
    "gitlab",
    "twitter",
    "tiktok",
    "snapchat",
    "vk",
    "xing",
    "pinterest",
    "bitbucket",
    "soundcloud",
    "flickr",
    "twitch",
    "mastodon",
    "threads",
    "bsky",
    "behance",
    "dribbble",
    "patreon",
    "keybase",
    "linktr",
    "paypal",
    "venmo",
    "gravatar",
    "calendly",
    "orcid",
    "steamcommunity",
];

pub(super) static SITES: Vocabulary = Tag::Profile.list(PROFILES);

/// What is said of somebody's own site.
pub(super) static HOMES: Vocabulary = Tag::Home.list(&[
    "website",
    "site",
    "web",
    "homepage",
    "page",
    "blog",
    "portfolio",
    "url",
    "www",
    "kotisivu",
    "kotisivut",
    "kotisivuni",
    "verkkosivu",
    "nettisivu",
    "blogi",
    "hemsida",
    "hemsidan",
    "webbplats",
    "blogg",
    "webseite",
    "website",
    "internetseite",
    "seite",
    "sitio",
    "página",
    "blogue",
    "sito",
]);

/// Short hosts of profiles.
const SHORT: &[&str] = &["x.com/", "t.me/", "wa.me/", "about.me/", "www.x.com/"];

/// Parts of a path behind which somebody is named.
pub(super) static FOLDERS: Vocabulary = Tag::Folder.list(&[
    "user",
    "users",
    "u",
    "profile",
    "profiles",
    "profil",
    "profiili",
    "people",
    "person",
    "member",
    "members",
    "author",
    "authors",
    "account",
    "accounts",
    "contact",
    "contacts",
    "staff",
    "employee",
    "employees",
    "customer",
    "customers",
    "client",
    "clients",
    "patient",
    "patients",
    "student",
    "students",
    "asiakas",
    "asiakkaat",
    "kund",
    "kunden",
    "kunde",
    "kayttaja",
    "anvandare",
    "benutzer",
    "athlete",
    "athletes",
    "mitarbeiter",
    "henkilosto",
    "tyontekijat",
    "medarbetare",
    "ansatte",
    "medewerkers",
    "auteur",
    "auteurs",
    "autor",
    "autores",
    "kirjoittaja",
    "forfattare",
    "perfil",
    "profilo",
    "usuario",
    "usuarios",
    "utilisateur",
    "utilisateurs",
    "clientes",
    "empleado",
    "empleados",
    "potilas",
]);

/// Names in a query of what names somebody, or their first words.
pub(super) static FIELDS: Vocabulary = Tag::Field.list(&[
    "user",
    "username",
    "userid",
    "uid",
    "login",
    "email",
    "mail",
    "name",
    "first",
    "last",
    "firstname",
    "lastname",
    "fname",
    "lname",
    "fullname",
    "phone",
    "tel",
    "mobile",
    "customer",
    "client",
    "patient",
    "student",
    "member",
    "account",
    "employee",
    "dob",
    "birthdate",
    "ssn",
    "address",
    "asiakas",
    "kund",
    "kunde",
]);

/// Last words of such names in two words.
const WHOSE: &[&str] = &[
    "id", "name", "email", "mail", "phone", "number", "no", "nr", "address", "login", "key", "ref", "code", "dob",
    "ssn", "uuid",
];

/// Parts of a path at a site of profiles that are no name.
pub(super) static PAGES: Vocabulary = Tag::Page.list(&[
    "about",
    "login",
    "signup",
    "search",
    "explore",
    "help",
    "jobs",
    "company",
    "hashtag",
    "share",
    "sharer",
    "intent",
    "status",
    "home",
    "events",
    "groups",
    "pages",
    "watch",
    "reel",
    "p",
    "tv",
    "privacy",
    "terms",
    "settings",
    "features",
    "topics",
    "notifications",
    "feed",
    "pulse",
    "learning",
    "i",
    "policies",
    "legal",
    "photos",
    "me",
    "new",
    "edit",
    "list",
    "all",
    "register",
    "password",
    "index",
    "create",
    "delete",
    "export",
    "import",
    "count",
    "logout",
    "signin",
    "preferences",
    "orders",
    "billing",
    "security",
    "orgs",
    "marketplace",
    "sponsors",
    "school",
    "tag",
    "tags",
    "ideas",
    "directory",
    "support",
    "faq",
    "guide",
    "download",
    "downloads",
    "apply",
    "manual",
    "trending",
    "discover",
    "categories",
    "category",
    "careers",
    "collections",
    "enterprise",
    "pricing",
]);

const LONGEST: usize = 512;
const LONGEST_USER: usize = 48;
/// So many words of it are looked at.
const MOST_WORDS: usize = 24;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let bytes = text.bytes();
    let Some((start, host)) = begin(text, at) else { return };
    if found.iter().rev().take(2).any(|last| last.kind == "URL" && (last.start..last.end).contains(&start)) {
        return;
    }
    let user = user_end(bytes, host);
    let Some(site) = host_end(text.as_str(), user.unwrap_or(host)) else { return };
    let end = end(bytes, host);
    let authority = bytes[site..end].iter().position(|byte| b"/?#".contains(byte)).map_or(end, |length| site + length);
    let is_home = site == authority && end - authority <= 1;
    // With spaces in it, it is none, and what is in it is for others to find.
    let is_cut = matches!(bytes[end..], [b' ', next, ..] if next.is_ascii_alphanumeric())
        && bytes[end + 1..].iter().take(30).find(|byte| !byte.is_ascii_alphanumeric()) == Some(&b'&');
    let score = match () {
        () if is_cut => return,
        () if user.is_some() || names_somebody(text, host, authority, end) => 96,
        () if is_home && HOMES.is_before(text, start, 4) => 75,
        () => return,
    };
    found.push(Span { start, end, kind: "URL", score });
}

/// Where an address begins, and where its host does.
fn begin(text: &Text<'_>, at: At) -> Option<(usize, usize)> {
    let bytes = text.bytes();
    match at {
        At::Mark(colon) => {
            let after = bytes[colon..].starts_with(b"://").then_some(colon + 3)?;
            let letters = bytes[..colon].iter().rev().take(6).take_while(|byte| byte.is_ascii_alphabetic()).count();
            let scheme = bytes[colon - letters..colon].to_ascii_lowercase();
            matches!(&scheme[..], b"http" | b"https" | b"ftp").then_some((colon - letters, after))
        }
        At::Word(index) => {
            let word = &text.words()[index];
            let is_free = bytes[..word.start].last().is_none_or(|byte| !b"/.@-_=&?%+#~".contains(byte));
            (is_free && bytes.get(word.end) == Some(&b'.')).then_some((word.start, word.start))
        }
    }
}

/// Behind `user:password@`, where a host has that before it.
fn user_end(bytes: &[u8], host: usize) -> Option<usize> {
    let is_of_user = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-._~!$&'*+;=:%".contains(byte);
    let length = bytes[host..].iter().take(LONGEST_USER).take_while(is_of_user).count();
    (length > 0 && bytes.get(host + length) == Some(&b'@')).then_some(host + length + 1)
}

/// Which bytes an address goes on with; those beyond ASCII too, as browsers show them.
const INSIDE: [bool; 256] = {
    let mut inside = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        let outside = byte <= 32 || byte == 127;
        inside[byte] = !outside && !matches!(byte as u8, b'<' | b'>' | b'"' | b'`' | b'{' | b'}' | b'|' | b'\\' | b'^');
        byte += 1;
    }
    inside
};

/// Where it ends: before what RFC 3986 does not allow, without the punctuation of the sentence around.
fn end(bytes: &[u8], from: usize) -> usize {
    let mut end = from + bytes[from..].iter().take(LONGEST).take_while(|byte| INSIDE[usize::from(**byte)]).count();
    while let Some(last) = bytes[from..end].last() {
        let is_closing =
            matches!(last, b')' | b']') && !bytes[from..end].iter().any(|byte| matches!(byte, b'(' | b'['));
        if !is_closing && !b".,;:!?'*".contains(last) {
            break;
        }
        end -= 1;
    }
    // Not within a letter, where what is longer is cut off.
    while end < bytes.len() && bytes[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    end
}

/// Whether a part of it is somebody's: a profile's, or behind a name that says so.
fn names_somebody(text: &Text<'_>, host: usize, authority: usize, end: usize) -> bool {
    let words = &text.words()[text.word_at(host)..];
    let within = |from: usize, to: usize| {
        words.iter().skip_while(move |word| word.start < from).take_while(move |word| word.end <= to)
    };
    let bytes = text.bytes();
    let is_short = SHORT.iter().any(|short| text.as_str()[host..].starts_with(short));
    let is_profile = (is_short || within(host, authority).take(4).any(|word| SITES.has(word)))
        && within(authority, end).next().is_some_and(|word| word.start == authority + 1 && !PAGES.has(word));
    let query = bytes[authority..end].iter().position(|byte| *byte == b'?').map_or(end, |length| authority + length);
    // `/users/me` and `/account/settings` are whoever looks at them.
    let is_page = |at: usize| {
        let page = words.iter().find(|word| word.start == at);
        page.is_some_and(|page| PAGES.has(page) && (page.end >= query || bytes[page.end] == b'/'))
    };
    let is_folder = |word: &Word| {
        let is_one = bytes[word.start - 1] == b'/' && bytes[word.end..end].len() > 1 && bytes[word.end] == b'/';
        is_one && FOLDERS.has(word) && !is_page(word.end + 1)
    };
    // Of `customer_group` the last word says what it is, and that is nobody.
    let is_whose =
        |at: usize| words.iter().find(|word| word.start == at).is_some_and(|last| WHOSE.contains(&text.word(last)));
    let is_field = |word: &Word| {
        matches!(bytes[word.start - 1], b'?' | b'&')
            && FIELDS.has(word)
            && matches!(bytes[word.end..end], [b'=' | b'_', _, ..])
            && (bytes[word.end] == b'=' || is_whose(word.end + 1))
    };
    let is_marked = |word: &Word| matches!(bytes[word.start - 1], b'~' | b'@') && bytes[word.start - 2] == b'/';
    is_profile
        || within(authority, query).take(MOST_WORDS).any(|word| is_folder(word) || is_marked(word))
        || within(query, end).take(MOST_WORDS).any(is_field)
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn pages_of_somebody_are_found() {
        let urls = |text: &str| found(text, "URL");
        for page in [
            "http://facebook.com/aino.k961",
            "https://www.linkedin.com/in/aino-k",
            "www.instagram.com/ainok305",
            "github.com/ainok",
            "https://site.example/user?id=12345&email=aino@posti.example",
            "https://site.example/~aino/",
            "https://x.com/ainok",
            "http://aino:secret@site.example/x",
            "https://video.example/@aino",
            "https://shop.example/customers/1234/orders",
            "https://shop.example/users/me-koski",
            "https://site.example/mitarbeiter/aino-koski",
            "https://facebook.com/profile.php?id=100001234567",
            "https://site.example/x?customer_id=4711",
            "https://calendly.com/aino-k/30min",
        ] {
            assert_eq!(urls(&format!("See {page}, ({page}).")), [page, page]);
        }
        assert_eq!(urls("My website is https://ainok.example/"), ["https://ainok.example/"]);
        for none in [
            "https://ainok.example/",
            "https://shop.example.com/p/1744",
            "www.example.fi/tuotteet/2290",
            "https://t.co/GWdK7L7",
            "ratio 1://2",
            "http://10.0.0.1/x",
            "https://facebook.com/help/1",
            "https://site.example/?utm_name=front&x=1",
            "https://t.co…",
            "https://site.example/user/x?name=Aino Koski&email=",
            "http://",
            "www.",
            "https://site.example/user",
            "https://site.example/account/settings",
            "https://site.example/users/manual",
            "https://site.example/cart?customer_group=retail",
            "https://github.com/marketplace",
            "https://site.example/v1/users/me?full=1",
            "facebook. Then",
        ] {
            assert!(urls(none).is_empty(), "{none}");
        }
    }
}
