//! What a run did, told as [OpenLineage](https://openlineage.io) events: START when it begins, COMPLETE, FAIL or ABORT when it
//! ends. Telling can neither fail a run nor hold it up.

mod event;
mod facet;
#[cfg(feature = "lineage")]
mod http;
mod post;

use std::path::Path;

use crate::evidence::RunRecord;
use crate::workspace::{Receiver, Workspace};
use event::Roots;
use post::Post;

/// The events of one run; nothing where the workspace keeps no lineage.
pub struct Lineage(Option<Told>);

struct Told {
    post: Post,
    roots: Roots,
}

impl Lineage {
    /// Tells that a run has begun; of its record, only who, what for and when are looked at.
    pub fn begin(workspace: &Workspace, record: &RunRecord) -> Self {
        let Some(receiver) = &workspace.lineage else { return Lineage(None) };
        let root = |side: &crate::account::side::Side| side.below(&record.customer).root.to_string();
        let roots = Roots { production: root(&workspace.production), test: root(&workspace.test) };
        let post = Post::open(delivery(receiver));
        post.send(&event::start(record));
        Lineage(Some(Told { post, roots }))
    }

    /// Tells how it ended, and waits a moment for what was told to arrive; why it did not, where it did not.
    pub fn end(self, record: &RunRecord) -> Option<String> {
        let Told { post, roots } = self.0?;
        post.send(&event::end(record, &roots));
        post.close().err().map(|why| format!("lineage was not told: {why}"))
    }
}

/// How one event is delivered. What goes wrong is said without addresses and secrets.
type Delivery = Box<dyn FnMut(&str) -> Result<(), String> + Send>;

fn delivery(receiver: &Receiver) -> Delivery {
    match receiver.clone() {
        Receiver::File(path) => Box::new(move |event| append(&path, event)),
        Receiver::Http { url, token_env } => over_http(url, token_env),
    }
}

/// One write a line, so that runs side by side do not cut each other's.
fn append(path: &Path, event: &str) -> Result<(), String> {
    let file = std::fs::File::options().create(true).append(true).open(path);
    let written = file.and_then(|mut file| std::io::Write::write_all(&mut file, format!("{event}\n").as_bytes()));
    written.map_err(|error| format!("the file cannot be written: {}", error.kind()))
}

#[cfg(feature = "lineage")]
fn over_http(url: String, token_env: Option<String>) -> Delivery {
    http::delivery(url, token_env)
}

#[cfg(not(feature = "lineage"))]
fn over_http(_url: String, _token_env: Option<String>) -> Delivery {
    Box::new(|_| Err("this build sends none over HTTP; build it with `--features lineage`".into()))
}
