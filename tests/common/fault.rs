//! A proxy on loopback that breaks chosen requests in chosen ways, and hands all others on untouched.
//!
//! One thread a connection, one request a connection: every reply is followed by a close, so that where a
//! message ends is never guessed. Signatures stay valid: no header that is signed is changed.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The proxy answers this status and S3 error code itself.
    Refuse(u16, &'static str),
    /// The connection breaks before the server sees the request.
    Reset,
    /// The server acts, but its reply never arrives.
    LoseReply,
    /// The reply's body ends after so many bytes.
    CutReply(usize),
    /// The reply names this KMS key as the one that was used.
    Key(&'static str),
    /// The reply's body is replaced, its status kept: an error inside a 200.
    Answer(&'static str),
    /// The reply's body comes byte by byte, each so much later than the one before.
    Drip(Duration),
}

/// The next `times` requests whose method is `method` and whose target holds `target` fare so.
#[derive(Debug, Clone)]
pub struct Rule {
    pub method: &'static str,
    pub target: &'static str,
    pub times: usize,
    pub fault: Fault,
}

/// A running proxy.
pub struct Proxy {
    /// Host and port.
    pub address: String,
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Proxy {
    /// Starts a proxy before a server.
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let rules = Arc::new(Mutex::new(Vec::new()));
        let (server, shared) = (server.to_owned(), rules.clone());
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (server, rules) = (server.clone(), shared.clone());
                // A broken connection is what this program is for.
                std::thread::spawn(move || drop(serve(client, &server, &rules)));
            }
        });
        Proxy { address, rules }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a rule.
    pub fn fail(&self, method: &'static str, target: &'static str, times: usize, fault: Fault) {
        self.rules.lock().expect("rules").push(Rule { method, target, times, fault });
    }

    /// How many failures are still to come: none, once every rule was used up.
    pub fn left(&self) -> usize {
        self.rules.lock().expect("rules").iter().map(|rule| rule.times).sum()
    }
}

fn serve(mut client: TcpStream, server: &str, rules: &Mutex<Vec<Rule>>) -> io::Result<()> {
    let request = Message::read(&mut BufReader::new(client.try_clone()?), &mut client.try_clone()?)?;
    let fault = pick(rules, &request.first);
    match fault {
        Some(Fault::Reset) => return Ok(()),
        Some(Fault::Refuse(status, code)) => return client.write_all(refusal(status, code).as_bytes()),
        _ => {}
    }
    let mut upstream = TcpStream::connect(server)?;
    upstream.write_all(&request.bytes("connection: close"))?;
    let mut reply = Vec::new();
    upstream.read_to_end(&mut reply)?;
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").map_or(reply.len(), |at| at + 4);
    match fault {
        Some(Fault::LoseReply) => Ok(()),
        Some(Fault::CutReply(bytes)) => client.write_all(&reply[..reply.len().min(end + bytes)]),
        Some(Fault::Answer(body)) => client.write_all(answer(body).as_bytes()),
        Some(Fault::Drip(pause)) => drip(&mut client, &reply, end, pause),
        Some(Fault::Key(key)) => client.write_all(&renamed(&reply, end, key)),
        _ => client.write_all(&reply),
    }
}

/// Until the client goes.
fn drip(client: &mut TcpStream, reply: &[u8], end: usize, pause: Duration) -> io::Result<()> {
    client.write_all(&reply[..end])?;
    for byte in reply[end..].chunks(1) {
        std::thread::park_timeout(pause);
        client.write_all(byte)?;
    }
    Ok(())
}

fn pick(rules: &Mutex<Vec<Rule>>, first: &str) -> Option<Fault> {
    let (method, target) = first.split_once(' ')?;
    let mut rules = rules.lock().expect("rules");
    let matches = |rule: &&mut Rule| rule.times > 0 && rule.method == method && target.contains(rule.target);
    let rule = rules.iter_mut().find(matches)?;
    rule.times -= 1;
    Some(rule.fault)
}

struct Message {
    first: String,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Message {
    /// Reads a request with a length; the clients here send no chunks.
    fn read(from: &mut impl BufRead, back: &mut impl Write) -> io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line.trim_end().is_empty() {
                break;
            }
            lines.push(line.trim_end().to_owned());
        }
        let mut message = Message { first: lines.remove(0), headers: lines, body: Vec::new() };
        if message.header("expect").is_some() {
            back.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            message.headers.retain(|line| !line.to_ascii_lowercase().starts_with("expect:"));
        }
        assert!(message.header("transfer-encoding").is_none(), "a request in chunks");
        let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        message.body.resize(length, 0);
        from.read_exact(&mut message.body)?;
        Ok(message)
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut pairs = self.headers.iter().filter_map(|line| line.split_once(':'));
        pairs.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn bytes(&self, more: &str) -> Vec<u8> {
        let head = format!("{}\r\n{}\r\n{more}\r\n\r\n", self.first, self.headers.join("\r\n"));
        [head.as_bytes(), &self.body].concat()
    }
}

fn refusal(status: u16, code: &str) -> String {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>on purpose</Message></Error>");
    let length = body.len();
    format!(
        "HTTP/1.1 {status} On Purpose\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// A reply in whose head another key stands.
fn renamed(reply: &[u8], end: usize, key: &str) -> Vec<u8> {
    const NAME: &str = "x-amz-server-side-encryption-aws-kms-key-id";
    let head = std::str::from_utf8(&reply[..end]).expect("a head in ASCII");
    let line = |line: &str| match line.split_once(':') {
        Some((name, _)) if name.eq_ignore_ascii_case(NAME) => format!("{name}: {key}"),
        _ => line.to_owned(),
    };
    let head: Vec<String> = head.split("\r\n").map(line).collect();
    assert!(head.iter().any(|line| line.ends_with(key)), "a reply that names no key: {head:?}");
    [head.join("\r\n").as_bytes(), &reply[end..]].concat()
}

fn answer(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
