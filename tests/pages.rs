//! Pages for people, looked at by a browser: axe-core finds nothing serious in them, in light, in dark and on a narrow
//! screen. `tests/run` installs both where it can; without them this says what it skips, unless `VERHO_PAGES` is 1.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a page is looked at: colours as the browser numbers them, and the width of the window.
const LOOKS: [(&str, &str, u32); 3] = [("light", "1", 1200), ("dark", "0", 1200), ("narrow", "1", 360)];

struct Browser {
    program: &'static str,
    axe: String,
}

impl Browser {
    /// None where there is no browser, or no axe-core.
    fn found() -> Option<Self> {
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

    /// What axe-core finds, as impact and rule, one a line.
    fn findings(&self, page: &str, (look, scheme, width): (&str, &str, u32)) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(format!("{look}.html"));
        fs::write(&file, self.with_axe(page)).expect("a file");
        let output = Command::new(self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--window-size={width},900"))
            .arg(format!("file://{}", file.display()))
            .output()
            .expect("the browser starts");
        let dom = String::from_utf8_lossy(&output.stdout).into_owned();
        let found = dom.split_once("<pre id=\"found\">").and_then(|(_, rest)| rest.split_once("</pre>"));
        let (found, _) = found.unwrap_or_else(|| panic!("{look}: axe-core has said nothing"));
        found.lines().map(str::to_owned).collect()
    }

    /// The page, allowed to run axe-core alone and with what it says at its end.
    fn with_axe(&self, page: &str) -> String {
        let says = "axe.run().then(r => { const found = document.createElement('pre'); found.id = 'found'; \
                    found.textContent = r.violations.map(v => v.impact + ' ' + v.id + ' ' + v.nodes[0].target).join('\\n'); \
                    document.body.append(found); })";
        let open = page.replace("default-src 'none'; style-src 'unsafe-inline'", "");
        let (body, rest) = open.rsplit_once("</body>").expect("a body");
        format!("{body}<script>{}</script><script>{says}</script></body>{rest}", self.axe)
    }

    fn serious(&self, page: &str, look: (&str, &str, u32)) -> Vec<String> {
        let is_serious = |found: &String| found.starts_with("serious") || found.starts_with("critical");
        self.findings(page, look).into_iter().filter(is_serious).collect()
    }
}

/// The pages that the demo makes: a request, and a report of risks.
fn pages() -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let (demo, risk) = (folder.path().join("demo"), folder.path().join("risk.html"));
    let verho = |arguments: &[&Path]| {
        let output = Command::new(env!("CARGO_BIN_EXE_verho")).env_clear().args(arguments).output();
        let output = output.expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    verho(&["demo".as_ref(), &demo]);
    verho(&["--workspace".as_ref(), &demo, "risk".as_ref(), "demo".as_ref(), "--out".as_ref(), &risk]);
    let read = |file: PathBuf| fs::read_to_string(file).expect("a page");
    vec![("request", read(demo.join("consent/demo/demo-1/request.html"))), ("risk", read(risk))]
}

#[test]
fn pages_have_no_serious_finding_and_are_small() {
    let Some(browser) = Browser::found() else {
        println!("skipped: 2 pages in {} looks, for want of a browser or axe-core", LOOKS.len());
        return;
    };
    for (name, page) in pages() {
        assert!(page.len() < 1_000_000, "{name}: {} bytes", page.len());
        for look in LOOKS {
            assert_eq!(browser.serious(&page, look), Vec::<String>::new(), "{name}, {}", look.0);
        }
    }
}

#[test]
fn a_page_that_cannot_be_read_is_noticed() {
    let Some(browser) = Browser::found() else { return };
    let (_, page) = pages().swap_remove(0);
    let spoiled = page.replace("--ink: #1d2428", "--ink: #c9c9c9").replace("<html lang=\"en\">", "<html>");
    let found = browser.serious(&spoiled, LOOKS[0]).join("\n");
    assert!(found.contains("color-contrast") && found.contains("html-has-lang"), "{found}");
}
