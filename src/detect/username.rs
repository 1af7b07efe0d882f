//! User names: behind a word that announces one, as handles with an at sign, and where logs of logins have them.

use std::net::IpAddr;

use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text, Word, person};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "username",
    kinds: &["USERNAME"],
    follows: "useradd(8) of shadow-utils (form); the messages of OpenSSH and of PAM; the Common Log Format of web servers",
    leaves_out: "user names without a word before them that says so",
    starts: &[
        Starts::Keyword(SURE_WORDS),
        Starts::Label(WORDS),
        Starts::Label(FOR),
        Starts::Company(OF_LOGS),
        Starts::Mark(b'@'),
        Starts::Mark(b'['),
    ],
    find,
};

/// Words behind which a user name stands, and nothing else.
const SURE_WORDS: &[&str] = &[
    "username",
    "dbuser",
    "ruser",
    "logname",
    "käyttäjätunnus",
    "käyttäjätunnuksen",
    "käyttäjätunnuksella",
    "tunnus",
    "tunnuksella",
    "användarnamn",
    "användarnamnet",
    "benutzername",
    "benutzernamen",
    "benutzerkennung",
    "identifiant",
    "brugernavn",
    "brugernavnet",
    "brukernavn",
    "brukernavnet",
    "gebruikersnaam",
    "anmeldename",
    "nutzername",
    "loginname",
    "logonname",
    "käyttäjänimi",
];

/// Words behind which a user name can stand.
const WORDS: &[&str] = &[
    "user",
    "login",
    "handle",
    "account",
    "nick",
    "nickname",
    "käyttäjä",
    "käyttäjän",
    "käyttäjälle",
    "käyttäjältä",
    "användare",
    "användaren",
    "benutzer",
    "nutzer",
    "utilisateur",
    "usuario",
    "cuenta",
    "compte",
    "konto",
    "utente",
    "utilizador",
    "gebruiker",
    "bruger",
    "bruker",
    "użytkownik",
    "użytkownika",
    "użytkownikowi",
    "brugeren",
    "brukeren",
    "usuaria",
    "utilizadora",
    "uid",
    "userid",
    "usr",
    "uname",
    "sudo",
];

/// Words behind which a user name stands in lines about logins.
const FOR: &[&str] = &["for", "für", "för", "pour", "para"];

/// Words before a user name, or before its announcer, in lines about logins.
const OF_LOGS: &[&str] = &[
    "password",
    "publickey",
    "none",
    "pam",
    "gssapi",
    "closed",
    "opened",
    "invalid",
    "illegal",
    "authenticating",
    "logged",
    "signed",
    "authenticated",
    "kirjautui",
    "loggade",
    "fehlgeschlagen",
    "failed",
];

pub(super) static SURE: Vocabulary = Tag::SureName.list(SURE_WORDS);
pub(super) static FOR_WORDS: Vocabulary = Tag::ForName.list(FOR);

/// Words that say of whom the name is, and not of what account.
const USERS: &[&str] = &[
    "user",
    "käyttäjä",
    "användare",
    "benutzer",
    "nutzer",
    "utilisateur",
    "usuario",
    "utente",
    "utilizador",
    "gebruiker",
    "bruger",
    "bruker",
    "użytkownik",
    "login",
];

/// What users do, or what fails for them.
const DEEDS: &[&str] = &[
    " logged in",
    " logged out",
    " signed in",
    " signed out",
    " authenticated",
    " kirjautui",
    " loggade in",
    " loggade ut",
    " fehlgeschlagen",
    " failed",
];

/// How words begin that say what becomes of accounts: that they are locked, blocked or reset.
const FATES: &[&str] = &[
    "lock",
    "bloc",
    "blok",
    "bloq",
    "gesperr",
    "spärr",
    "lukit",
    "låst",
    "låses",
    "zablok",
    "disabled",
    "deactiv",
    "deaktiv",
    "desactiv",
    "désactiv",
    "suspend",
];

const FROM: &[&str] = &[" from ", " från ", " von ", " desde ", " depuis ", " osoitteesta ", " fra ", " da ", " de "];

/// useradd(8): "usernames may only be up to 32 characters long".
const LONGEST: usize = 32;
const SHORTEST: usize = 2;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let name = match at {
        At::Mark(mark) if text.bytes()[mark] == b'[' => requester(text, mark),
        At::Mark(mark) => handle(text, mark),
        At::Word(word) => announced(text, word),
    };
    found.extend(name.map(|(start, end, score)| Span { start, end, kind: "USERNAME", score }));
}

/// `@anna_k42`, and `'anna'@'10.0.0.7'` as databases have it.
fn handle(text: &Text<'_>, mark: usize) -> Option<(usize, usize, u8)> {
    let bytes = text.bytes();
    let (before, behind) = (&bytes[..mark], bytes.get(mark + 1)?);
    if let [.., quote @ (b'\'' | b'`')] = before {
        let name = before[..mark - 1].iter().rev().take(LONGEST).take_while(|byte| is_part(**byte)).count();
        let start = mark - 1 - name;
        let is_quoted = start > 0 && bytes[start - 1] == *quote && (quote == behind || *behind == b'%');
        return (is_quoted && name >= SHORTEST).then_some((start, mark - 1, 85));
    }
    let is_apart = before.last().is_none_or(|byte| byte.is_ascii_whitespace() || b"(,:;\">[".contains(byte));
    let end = end_of(text, mark + 1);
    let is_name = behind.is_ascii_alphabetic() && end - mark > SHORTEST + 1 && bytes.get(end) != Some(&b'@');
    (is_apart && is_name && !bytes[mark..end].contains(&b'.')).then_some((mark, end, 75))
}

/// `10.0.0.7 - anna [27/Nov/2026:10:00:00 +0000]`: who asked, before the bracket of the day.
fn requester(text: &Text<'_>, bracket: usize) -> Option<(usize, usize, u8)> {
    let before = text.bytes()[..bracket].strip_suffix(b" ")?;
    let length = before.iter().rev().take(LONGEST + 1).take_while(|byte| is_part(**byte)).count();
    let start = before.len() - length;
    let has_address = matches!(before[..start], [.., last, b' ', b'-', b' '] if last.is_ascii_hexdigit());
    let is_day = matches!(text.bytes()[bracket + 1..], [first, second, b'/', ..] if first.is_ascii_digit() && second.is_ascii_digit());
    (has_address && is_day && (SHORTEST..=LONGEST).contains(&length)).then_some((start, before.len(), 85))
}

/// The user name behind a word.
fn announced(text: &Text<'_>, word: usize) -> Option<(usize, usize, u8)> {
    let announcer = &text.words()[word];
    let joint = joint(text, announcer.end)?;
    let (start, end) = (joint.end, end_of(text, joint.end));
    let name = &text.as_str()[start..end];
    let is_key = text.bytes().get(end) == Some(&b'=');
    if name.is_empty() || name.chars().count() > LONGEST || is_key {
        return None;
    }
    if is_login(text, word, end) || is_log_of_user(text, word, end) || is_sudoer(text, announcer, end) {
        return Some((start, end, 85));
    }
    if name.len() < SHORTEST
        || !name.bytes().any(|byte| byte.is_ascii_alphabetic())
        || is_keyword(name) && !joint.is_firm
    {
        return None;
    }
    let holds = match () {
        () if FOR_WORDS.has(announcer) => stands_for(text, word, start, end),
        () if joint.is_firm => !is_literal(name),
        () => has_shape(name) || is_rare(name) && (SURE.has(announcer) || is_user(text, word, &joint, end)),
    };
    holds.then_some((start, end, if has_shape(name) || joint.is_firm { 85 } else { 75 }))
}

fn is_rare(name: &str) -> bool {
    name.len() > 3 && !person::is_common_word(name)
}

/// Whether a name behind `for` is one: of `10.0.0.7 for anna42`, or of `for akoski from 10.0.0.7`.
fn stands_for(text: &Text<'_>, word: usize, start: usize, end: usize) -> bool {
    let (name, rest) = (&text.as_str()[start..end], &text.as_str()[end..]);
    if follows_address(text, word) {
        return has_shape(name) || is_set_off(text, end) && is_rare(name);
    }
    rest.starts_with(' ') && goes_on_from_address(rest) && is_rare(name)
}

/// Whether a rare name behind a word for a user is one: behind a colon, behind an address, or before what users do.
fn is_user(text: &Text<'_>, word: usize, joint: &Joint, end: usize) -> bool {
    let is_told = || joint.is_colon && USERS.contains(&text.word(&text.words()[word]).to_lowercase().as_str());
    let acts = || DEEDS.iter().any(|deed| text.as_str()[end..].starts_with(deed));
    let is_of_address = || {
        follows_address(text, word)
            || is_for(text, word).is_some_and(|before| follows_address(text, before))
            || text.as_str()[end..].strip_prefix(" (").is_some_and(begins_with_address)
    };
    let goes_on = || acts() || goes_on_from_address(&text.as_str()[end..]) || meets_fate(text, end);
    is_set_off(text, end) && (is_told() || is_of_address()) || !joint.is_colon && goes_on()
}

/// Whether one of the next words of the sentence says that an account is locked.
fn meets_fate(text: &Text<'_>, end: usize) -> bool {
    let first = text.word_at(end);
    let near = (first..text.words().len()).take(3).take_while(|at| text.between(at.saturating_sub(1)) == b" ");
    near.map(|at| text.word(&text.words()[at])).any(|word| FATES.iter().any(|fate| word.starts_with(fate)))
}

/// The word for `for` before a word for a user, with an article between or without.
fn is_for(text: &Text<'_>, word: usize) -> Option<usize> {
    let is_article =
        |at: &usize| matches!(text.word(&text.words()[*at]), "el" | "la" | "l" | "le" | "the" | "den" | "o");
    let before = word.checked_sub(1)?;
    Some(if is_article(&before) { before.checked_sub(1)? } else { before })
}

/// Whether nothing of the sentence goes on right behind a name.
fn is_set_off(text: &Text<'_>, end: usize) -> bool {
    let rest = &text.as_str()[end..];
    rest.is_empty()
        || rest.starts_with([',', ';', '(', ')', '\n'])
        || rest.starts_with(" (")
        || matches!(rest, ".")
        || rest.starts_with(". ")
}

/// ` from 10.0.0.7`, in some languages.
fn goes_on_from_address(rest: &str) -> bool {
    let from = FROM.iter().find_map(|from| rest.strip_prefix(from));
    from.is_some_and(begins_with_address)
}

/// Whether a text begins with a network address, or with what looks like one.
fn begins_with_address(text: &str) -> bool {
    let length = text.bytes().take(LONGEST_ADDRESS).take_while(is_of_address).count();
    text.bytes().take(length).filter(|byte| b":.".contains(byte)).count() >= 3
}

fn is_of_address(byte: &u8) -> bool {
    byte.is_ascii_hexdigit() || b":.".contains(byte)
}

/// RFC 4291, of eight groups of four and an address of version 4 at the end.
const LONGEST_ADDRESS: usize = 45;

/// What joins a word to the name behind it.
struct Joint {
    end: usize,
    /// Whether it is a sign that gives a value, as `=`, rather than a space or a word.
    is_firm: bool,
    is_colon: bool,
}

/// Small words between, as in `email handle is anna.k`.
const LINKS: &[&str] = &[
    "is ", "name ", "id ", "on ", "ist ", "är ", "es ", "est ", "lautet ", "as ", "heißt ", "er ", "é ", "è ", "was ",
    "war ",
];

/// What makes of a user a user name, with the colon behind it.
const NAMED: &[&str] = &["name: ", "id: "];

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// Goes over what stands between a word and a name.
fn joint(text: &Text<'_>, from: usize) -> Option<Joint> {
    let rest = &text.as_str()[from..];
    let signs = rest.len() - rest.trim_start_matches([' ', ':', '=', '"', '\'', '`', '\\', '>']).len();
    if signs == 0 || signs > 6 {
        return None;
    }
    let is_firm = rest.as_bytes()[..signs].iter().any(|sign| matches!(sign, b'=' | b'"' | b'\'' | b'`' | b'>'));
    let is_colon = rest[..signs] == *": ";
    let closes = rest.starts_with('"') && !rest[..signs].contains([':', '=']);
    if closes {
        return None;
    }
    // `User ID: anna`, `user name: anna`
    if rest[..signs] == *" "
        && let Some(named) = NAMED.iter().find(|named| starts_with(&rest[signs..], named))
    {
        return Some(Joint { end: from + signs + named.len(), is_firm: false, is_colon: true });
    }
    let link = LINKS.iter().find(|link| rest[signs..].starts_with(**link)).map_or(0, |link| link.len());
    Some(Joint { end: from + signs + link, is_firm: is_firm && link == 0, is_colon })
}

/// Where a user name ends that begins here; no sign at its end is of it.
fn end_of(text: &Text<'_>, start: usize) -> usize {
    let rest = &text.bytes()[start..];
    let plain = rest.iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii() && is_part(**byte)).count();
    let end =
        if rest.get(plain).is_some_and(|next| !next.is_ascii()) { any_end(&text.as_str()[start..]) } else { plain };
    let trailing = rest[..end].iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    start + end - trailing
}

/// How long the letters, digits and signs of user names are that a text begins with, in any script.
fn any_end(text: &str) -> usize {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-');
    let mut letters = text.char_indices().take(LONGEST + 1);
    let end = letters.find(|(_, letter)| !is_part(*letter)).map(|(at, _)| at);
    end.unwrap_or_else(|| text.char_indices().nth(LONGEST + 1).map_or(text.len(), |(at, _)| at))
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-".contains(&byte) || byte >= 0x80
}

/// Whether it is written as user names are and words are not.
fn has_shape(name: &str) -> bool {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
    let has_sign = name[letters..].starts_with(['_', '.'])
        && name[letters + 1..].starts_with(|letter: char| letter.is_alphabetic());
    letters >= SHORTEST && (has_digit && letters > 3 || has_sign)
}

/// What a program writes where there is no user.
fn is_literal(name: &str) -> bool {
    matches!(name, "null" | "none" | "None" | "undefined" | "true" | "false" | "nil" | "unknown")
}

fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "from" | "by" | "in" | "on" | "at" | "to" | "is" | "has" | "and" | "name" | "invalid" | "user" | "unknown"
    )
}

/// `Invalid user x from`, `session closed for user x`, `authenticating user x 10.0.0.7`.
fn is_log_of_user(text: &Text<'_>, word: usize, end: usize) -> bool {
    let Some(before) = word.checked_sub(1).map(|at| text.word(&text.words()[at])) else { return false };
    let rest = &text.as_str()[end..];
    let is_session = before.eq_ignore_ascii_case("for") && word >= 2 && {
        let word = text.word(&text.words()[word - 2]);
        ["closed", "opened", "password", "publickey"].contains(&word)
    };
    let is_user = before.eq_ignore_ascii_case("invalid") || before.eq_ignore_ascii_case("illegal");
    let is_of = before.eq_ignore_ascii_case("authenticating");
    is_session || (is_user || is_of) && (rest.is_empty() || rest.starts_with([' ', '\n']))
}

/// `Failed password for x from 10.0.0.7`.
fn is_login(text: &Text<'_>, word: usize, end: usize) -> bool {
    let rest = &text.as_str()[end..];
    let before = word.checked_sub(1).map(|at| text.word(&text.words()[at]));
    let is_method = before.is_some_and(|before| {
        ["password", "publickey", "none", "keyboard-interactive", "pam", "gssapi"].contains(&before)
    });
    is_method && rest.starts_with(" from ")
}

/// `sudo: x : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls`.
fn is_sudoer(text: &Text<'_>, announcer: &Word, end: usize) -> bool {
    text.word(announcer) == "sudo" && text.as_str()[end..].starts_with(" : ")
}

/// Whether the word before is the end of a network address.
fn follows_address(text: &Text<'_>, word: usize) -> bool {
    let Some(before) = word.checked_sub(1).map(|at| &text.words()[at]) else { return false };
    let bytes = &text.bytes()[..before.end];
    // The last part of an address is behind a sign of it.
    let is_part = matches!(bytes[..before.start].last(), Some(b'.' | b':')) && text.between(word - 1) == b" ";
    is_part && {
        let length = bytes.iter().rev().take(LONGEST_ADDRESS).take_while(|byte| is_of_address(byte)).count();
        text.as_str()[bytes.len() - length..bytes.len()].parse::<IpAddr>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;

    fn names(text: &str) -> Vec<&str> {
        let mut detector = Detector::default();
        let spans = detector.find(text).iter().filter(|span| span.kind == "USERNAME");
        spans.map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn user_names_are_found_where_logs_and_people_have_them() {
        for (text, name) in [
            ("Failed password for root from 10.0.0.7 port 4 ssh2", "root"),
            ("Failed password for invalid user oracle from 10.0.0.7", "oracle"),
            ("Invalid user x1 from 10.0.0.7", "x1"),
            ("session opened for user anna by (uid=0)", "anna"),
            ("ruser= rhost=10.0.0.7  user=root", "root"),
            ("dbUser: \"sys_7\",", "sys_7"),
            ("Login from 10.0.0.7 for anna42, session", "anna42"),
            ("Benutzername zobel, Mail", "zobel"),
            ("my email handle is anna.k.", "anna.k"),
            ("Mein Benutzername lautet akoski, ich", "akoski"),
            ("Failed sign-in for akoski from 10.0.0.7 (session", "akoski"),
            ("acceso desde 10.0.0.7 para el usuario akoski, sesión", "akoski"),
            ("depuis 10.0.0.7 pour l'utilisateur akoski, session", "akoski"),
            ("Anmeldung von 10.0.0.7 für Benutzer akoski fehlgeschlagen", "akoski"),
            ("osoitteesta 10.0.0.7 käyttäjälle akoski (istunto", "akoski"),
            ("no puedo entrar. Usuario: akoski. Saludos", "akoski"),
            ("login as akoski failed", "akoski"),
            ("INFO user akoski logged in from 10.0.0.7", "akoski"),
            ("Brugernavn akoski blev låst", "akoski"),
            ("Inloggen mislukt voor gebruiker akoski (10.0.0.7)", "akoski"),
            ("O utilizador akoski foi bloqueado", "akoski"),
            ("Nieudane logowanie użytkownika akoski (2001:db8::7)", "akoski"),
            ("Password reset requested for user akoski from 10.0.0.7", "akoski"),
            ("User ID: akoski", "akoski"),
            ("uid=akoski action=delete", "akoski"),
            ("sudo: akoski : TTY=pts/0", "akoski"),
            ("and @anna_k42 linked", "@anna_k42"),
            ("GRANT ALL TO 'ops_1'@'10.0.0.7';", "ops_1"),
            ("10.0.0.7 - xlind [27/Nov/2024:10:00:00 +0000] \"GET / HTTP/1.1\"", "xlind"),
        ] {
            assert_eq!(names(text), [name], "{text}");
        }
    }

    #[test]
    fn words_are_none() {
        for text in [
            "check pass; user unknown",
            "the user is here",
            "user input",
            "user=0",
            "for the user",
            "login failed",
            "user=null",
            "a@b",
            "@",
            "anna@posti.example",
            "user",
            "account 1234",
            "for x86 and mp3",
            "user name",
            "\"user\", \"name\"",
            "10.0.0.7 - - [27/Nov/2024:10:00:00 +0000]",
            "see note 7 - page [12]",
            "User: unknown.",
            "Benutzer: gesperrt.",
            "waiting for backup from 10.0.0.7",
            "waiting for details from 10 people",
            "user provisioning (beta)",
            "user interface locked",
            "User ID: 1234",
            "appelé du 07.83.37.01.86 pour AB2576-302",
        ] {
            assert!(names(text).is_empty(), "{text}");
        }
    }
}
