//! A browser with axe-core, which looks at pages. `tests/run` installs both where it can; without them tests say what they
//! skip, unless `VERHO_PAGES` is 1.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a page is looked at: colours as the browser numbers them, and the width of the window.
pub const LOOKS: [(&str, &str, u32); 3] = [("light", "1", 1200), ("dark", "0", 1200), ("narrow", "1", 360)];

pub struct Browser {
    program: &'static str,
    axe: String,
}

impl Browser {
    /// None where there is no browser, or no axe-core.
    pub fn found() -> Option<Self> {
        let starts = |program: &&str| {
            Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
        };
        let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(starts);
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
        let found = program.zip(fs::read_to_string(axe).ok()).map(|(program, axe)| Browser { program, axe });
        let must = std::env::var_os("VERHO_PAGES").is_some_and(|must| must == "1");
        assert!(found.is_some() || !must, "chromium or axe-core is missing: see tests/run");
        found
    }

    /// What axe-core finds that is serious or worse, as impact and rule.
    pub fn serious(&self, page: &str, look: (&str, &str, u32)) -> Vec<String> {
        let says = "axe.run().then(r => { const found = document.createElement('pre'); found.id = 'found'; \
                    found.textContent = r.violations.map(v => v.impact + ' ' + v.id + ' ' + v.nodes[0].target).join('\\n'); \
                    document.body.append(found); })";
        let dom = self.dom(&with_scripts(page, &[&self.axe, says]), look);
        let found = text_of(&dom, "<pre id=\"found\">", "</pre>").expect("axe-core has said something");
        let is_serious = |found: &&str| found.starts_with("serious") || found.starts_with("critical");
        found.lines().filter(is_serious).map(str::to_owned).collect()
    }

    /// The page after its scripts have run, as HTML.
    pub fn dom(&self, page: &str, (look, scheme, width): (&str, &str, u32)) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(format!("{look}.html"));
        fs::write(&file, page).expect("a file");
        let output = Command::new(self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--window-size={width},900"))
            .arg(format!("file://{}", file.display()))
            .output()
            .expect("the browser starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// What stands between two texts.
pub fn text_of<'t>(text: &'t str, from: &str, to: &str) -> Option<&'t str> {
    Some(text.split_once(from)?.1.split_once(to)?.0)
}

/// The page without its policy, and with more scripts at its end.
pub fn with_scripts(page: &str, scripts: &[&str]) -> String {
    let policy = text_of(page, "Content-Security-Policy\" content=\"", "\">").expect("a policy");
    let open = page.replacen(policy, "", 1);
    let (body, rest) = open.rsplit_once("</body>").expect("a body");
    let scripts: String = scripts.iter().map(|script| format!("<script>{script}</script>")).collect();
    format!("{body}{scripts}</body>{rest}")
}
