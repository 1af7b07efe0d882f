//! What the pages of a request say, in the sections of ISO/IEC TS 27560 and of GDPR, Article 28(3)(a).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Class, Column, Fate, Request, Told, signing};
use crate::consent::claim::Level;
use crate::consent::record::{Basis, Place};
use crate::page::{Block, Page, Section, Table};

/// The whole page; `digest` is the SHA-256 of the file that is signed.
pub fn page(request: &Request, digest: &str) -> Page {
    let record = &request.record;
    let sections = [
        summary(request),
        parties(request),
        purpose(request),
        data(request),
        places(request),
        time(request),
        claim(request),
    ];
    let ends = [signing::signing(record), signing::checking(digest), words()];
    Page {
        title: format!("Request {}: a copy of data for tests", record.approval),
        lead: format!(
            "{} asks {} for leave to make a copy of its data, in which every column is treated as said below. Nothing is \
             read before this is signed.",
            request.asker(),
            record.customer
        ),
        sections: sections.into_iter().chain(terms(request)).chain(ends).collect(),
    }
}

/// What is forbidden, and how it ends: sections that stand in the signed file, too.
pub fn terms(request: &Request) -> [Section; 3] {
    [refused(request), promised(request), withdrawal(request)]
}

fn fact(name: &str, what: impl Into<String>) -> (String, String) {
    (name.to_owned(), what.into())
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

fn summary(request: &Request) -> Section {
    let record = &request.record;
    let fates = |fate| request.columns().filter(|column| column.fate == fate).count();
    let direct = request.columns().filter(|column| column.class.name == "direct").count();
    let tables = counted(record.tables.len(), "table");
    let kept = match record.destination.retention_days {
        Some(days) => format!("each copy is deleted after {days} days"),
        None => "no day is set on which copies are deleted".to_owned(),
    };
    let points = vec![
        format!(
            "{tables} with {} are asked for. In {} of these, values stay as they are; {} become something else; {} are \
             left out.",
            counted(request.columns().count(), "column"),
            fates(Fate::Kept),
            fates(Fate::Changed),
            fates(Fate::LeftOut),
        ),
        format!("{direct} of the columns identify a person by themselves. None of these leaves as it is."),
        format!(
            "A copy may be made up to {} until {}; {kept}.",
            counted(usize::try_from(record.max_runs).unwrap_or(usize::MAX), "time"),
            moment(record.not_after)
        ),
        "You can withdraw at any time, without giving a reason.".to_owned(),
        "To write this page, names and types of columns were looked at, and no value of your data. All examples are \
         invented."
            .to_owned(),
    ];
    Section::new("In short", vec![Block::List(points)])
}

fn parties(request: &Request) -> Section {
    let (record, approver) = (&request.record, &request.record.approver);
    let title = if approver.title.is_empty() { String::new() } else { format!(", {}", approver.title) };
    let person = request.asker.as_ref().map(|party| format!(", for which {} will run it", party.person));
    let mut facts = vec![
        fact("Asked by", format!("{}{}", request.asker(), person.unwrap_or_default())),
        fact("Asked of", record.customer.clone()),
        fact("Decided by", format!("{}{title} (`{}`)", approver.person, approver.principal)),
        fact("Name of the request", format!("`{}`, used once and never again", record.approval)),
        fact("Written on", moment(record.given_at)),
    ];
    facts.extend(record.renews.iter().map(|earlier| fact("Follows", format!("the earlier approval `{earlier}`"))));
    let instruction = Block::says(format!(
        "Signed, it is a documented instruction in the sense of Article 28(3)(a) of the GDPR: {}, which decides over the \
         data (the controller), says what {} may do with it on its behalf (as a processor).",
        record.customer,
        request.asker()
    ));
    Section::new("Who asks whom", [Block::Facts(facts), instruction].into_iter().chain(documents(request)).collect())
}

/// The papers that belong to a request, where there are some.
fn documents(request: &Request) -> Vec<Block> {
    let record = &request.record;
    let attested = "You have agreed on paper. Two persons with the role `compliance` sign that these are the papers, and that \
                    they say so; such an approval lasts 30 days at most:";
    let said = match record.basis {
        Basis::CustomerSigned if record.documents.is_empty() => return Vec::new(),
        Basis::CustomerSigned => "These papers belong to it, each with its SHA-256, a fingerprint of the file:",
        Basis::DocumentAttested => attested,
    };
    let papers = record.documents.iter().map(|paper| fact(&paper.name, format!("`{}`", paper.sha256)));
    vec![Block::says(said), Block::Facts(papers.collect())]
}

fn purpose(request: &Request) -> Section {
    let purpose = vec![Block::says(&request.record.purpose), Block::says("For nothing else.")];
    Section::new("What the copy is for", purpose)
}

fn data(request: &Request) -> Section {
    let mut blocks = vec![
        Block::says(
            "Here is every column of every table: what it tells of a person, what becomes of it, and an example. Examples \
             are made by the very rule that is asked for, of an invented value, with a secret that was drawn for this page \
             and thrown away: of your data, other values come out.",
        ),
        Block::Facts(classes(request).iter().map(|class| fact(class.title, class.why)).collect()),
    ];
    for (name, told) in &request.tables {
        blocks.push(Block::Heading(format!("Table `{name}`")));
        if !told.rows.is_empty() {
            blocks.push(Block::List(told.rows.clone()));
        }
        blocks.push(Block::Table(table(name, told)));
    }
    Section::new("What data, and what becomes of it", blocks)
}

/// Every class that occurs.
pub fn classes(request: &Request) -> BTreeSet<Class> {
    request.columns().map(|column| column.class).collect()
}

fn table(name: &str, told: &Told) -> Table {
    let row = |(leaf, column): (&String, &Column)| {
        vec![format!("`{leaf}`"), column.class.title.to_owned(), column.words.clone(), column.example.words()]
    };
    let head = ["Column", "What it tells", "What becomes of it", "Invented example"];
    Table {
        caption: format!("Columns of {name}"),
        head: head.map(str::to_owned).to_vec(),
        rows: told.columns.iter().map(row).collect(),
    }
}

fn place(place: &Place) -> String {
    format!("`{}`, in the account `{}`", place.root, place.account)
}

fn places(request: &Request) -> Section {
    let (source, destination) = (&request.record.source, &request.record.destination);
    let mut facts = vec![
        fact("Your data lies in", format!("{}; it stays there", place(source))),
        fact("The copy goes to", format!("{}, and nowhere else", place(&destination.place))),
    ];
    let key = |key: &String| fact("It is encrypted with", format!("the key `{key}`"));
    facts.extend(destination.kms_key.iter().map(key));
    let regions = destination.residency.join("`, `");
    facts.extend((!regions.is_empty()).then(|| fact("It stays in the region", format!("`{regions}`"))));
    let ledger =
        |root| fact("It is written down in", format!("`{root}`: every copy that is made, and your withdrawal"));
    facts.extend(request.record.ledger.iter().map(ledger));
    Section::new("Where it goes", vec![Block::Facts(facts)])
}

fn time(request: &Request) -> Section {
    let record = &request.record;
    let retention = match record.destination.retention_days {
        Some(days) => format!("{days} days after it was made, at the latest"),
        None => "no day is set: when it is no longer needed, or when you withdraw".to_owned(),
    };
    let facts = vec![
        fact("Not before", moment(record.not_before)),
        fact("Not after", moment(record.not_after)),
        fact(
            "How often",
            format!("at most {}", counted(usize::try_from(record.max_runs).unwrap_or(usize::MAX), "time")),
        ),
        fact("A copy is deleted", retention),
    ];
    Section::new("How long, and how often", vec![Block::Facts(facts)])
}

fn claim(request: &Request) -> Section {
    let claim = request.record.claim;
    let says = match claim.level {
        Level::Pseudonymised => {
            "Pseudonymised: what identifies a person by itself is replaced. It is still personal data: with the key, which \
             never goes where the copy goes, codes could be led back to people, and columns that narrow down can, taken \
             together, point to one."
        }
        Level::Deidentified => {
            "De-identified: what identifies a person by itself is replaced, and nobody stands alone in what is left. It is \
             still personal data as long as the key is there, which never goes where the copy goes."
        }
        Level::Anonymous => "Anonymous: nothing is left by which a person could be found, the key included.",
    };
    let together =
        claim.k.map(|k| format!("Every combination of the columns that narrow down is shared by {k} people or more."));
    let computed = "verho, the program that makes the copy, works out for each one what is so, and refuses to make one of which \
                    less is so. More than this may not be said of it.";
    let blocks = [says.to_owned()].into_iter().chain(together).chain([computed.to_owned()]).map(Block::Paragraph);
    Section::new("What may be said of the copy", blocks.collect())
}

/// What the gate, the plan and the guards refuse.
fn refused(request: &Request) -> Section {
    let record = &request.record;
    let refusals = vec![
        format!(
            "to read anything before it has verified the signatures of {}: two different persons, neither of whom is the \
             one who runs it",
            signing::signers(record)
        ),
        "to run when one byte of the signed file has changed".to_owned(),
        format!(
            "to run before {}, after {}, more than {}, or once you have withdrawn",
            moment(record.not_before),
            moment(record.not_after),
            counted(usize::try_from(record.max_runs).unwrap_or(usize::MAX), "time")
        ),
        format!("to read elsewhere than below `{}`, or to write elsewhere than below `{}`", record.source.root, record.destination.place.root),
        "to read a table or a column that is not listed here, or one that has changed its type; a new column ends this \
         approval"
            .to_owned(),
        "to treat a column by any other rule than the one listed here".to_owned(),
        "to let a column leave as it is that identifies a person by itself".to_owned(),
        "to let anything leave in which it finds a value of such a column, or what looks like an e-mail address, a \
         telephone number or another identifier, but for exceptions that are named with the column"
            .to_owned(),
        format!("to make a copy that is less than {}", record.claim),
    ];
    let ledger = |root| {
        format!(
            "to run where it is written down elsewhere than below `{root}` how often it ran, and whether you withdrew"
        )
    };
    let refusals = refusals.into_iter().chain(record.ledger.iter().map(ledger)).collect();
    let says = Block::says("verho, the program that makes the copy, refuses by itself:");
    Section::new("What is forbidden, and refused", vec![says, Block::List(refusals)])
}

/// What no program can hold, so that people have to.
fn promised(request: &Request) -> Section {
    let (asker, record) = (request.asker(), &request.record);
    let deleted = match record.destination.retention_days {
        Some(days) => format!("deletes every copy {days} days after it was made, at the latest, and when you withdraw"),
        None => "deletes every copy when it is no longer needed, and when you withdraw".to_owned(),
    };
    let promises = vec![
        "tries to find out who stands behind a row, or has anybody try, be it with other data beside it".to_owned(),
        "uses the copy for anything but what it is for, as said above".to_owned(),
        "hands it on, or moves it beyond the place that is named above".to_owned(),
        "lets anybody see it who does not need it for that".to_owned(),
    ];
    let others = vec![
        format!("{asker} {deleted}, and can prove it."),
        format!("{asker} keeps the account of the copy apart from that of your data: they share no login and no key."),
        format!("{asker} tells {} without delay if any of this is not kept.", record.customer),
        format!("{} may decide over this data, and who signs for it may do so.", record.customer),
    ];
    let blocks = vec![
        Block::says(format!("What a program cannot see to, people promise. Nobody at {asker}, or on its behalf,")),
        Block::List(promises),
        Block::says("And:"),
        Block::List(others),
    ];
    Section::new("What is forbidden, and promised", blocks)
}

fn withdrawal(request: &Request) -> Section {
    let (asker, record) = (request.asker(), &request.record);
    let says = format!(
        "Tell {asker} in writing that you withdraw, and name the request, `{}`. You need give no reason, and you can do so at \
         any time.",
        record.approval
    );
    let follows = vec![
        "As soon as it is entered, verho refuses every run under this approval, for good.".to_owned(),
        "Every copy that was made under it is deleted, and you are sent the proof.".to_owned(),
        "What was done before stays as it was: a withdrawal is for what comes.".to_owned(),
    ];
    let blocks = vec![Block::says(says), Block::says("What happens then:"), Block::List(follows)];
    Section::new("If you change your mind: how to withdraw", blocks)
}

fn words() -> Section {
    let meanings = [
        ("code", "letters or digits that stand for a value and do not say what it was"),
        (
            "column, table",
            "what a spreadsheet has: a row for each person or thing, a column for each of its properties",
        ),
        ("domain", "the name under which equal values become equal ones, so that tables still fit together"),
        ("e-mail, telephone that reaches nobody", "of ranges that are set aside for examples (RFC 2606 and others)"),
        ("emptied, null", "there is nothing where a value stood"),
        ("key, secret", "a long random number; without it nobody can work out what became of a value"),
        ("locale", "the language and country that invented values are taken from: \"en\" is English, \"fi\" Finnish"),
        ("SHA-256, digest", "a fingerprint of a file: if one byte changes, so does all of it"),
    ];
    Section::new("Words", vec![Block::Facts(meanings.map(|(word, means)| fact(word, means)).to_vec())])
}
