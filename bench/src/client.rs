//! A load generator: a few connections, each of which sends its next request when the answer is there.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status line and headers.
    pub head: String,
    /// Its body, as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        let status = self.head.split(' ').nth(1).and_then(|status| status.parse().ok());
        status.unwrap_or_default()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, content) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| content.trim())
        })
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address).await.context("cannot connect")?)
    }

    /// Connects from an address of this machine.
    pub async fn open_from(from: IpAddr, address: SocketAddr) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        Self::over(socket.connect(address).await.context("cannot connect")?)
    }

    fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a whole request and reads the whole answer.
    pub async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (head, length) = loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
                break (head, end + 4);
            }
        };
        let answer = Answer { head, body: Vec::new() };
        let chunked = answer.header("transfer-encoding").is_some();
        let whole: usize = match answer.header("content-length") {
            Some(length) => length.parse()?,
            None => 0,
        };
        loop {
            let body = &self.buffer[length..];
            let there = if chunked {
                body.ends_with(b"0\r\n\r\n")
            } else {
                body.len() >= whole
            };
            if there {
                let body = if chunked { dechunked(body)? } else { body.to_vec() };
                return Ok(Answer { body, ..answer });
            }
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
        }
    }
}

fn dechunked(mut body: &[u8]) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body
            .windows(2)
            .position(|two| two == b"\r\n")
            .context("a broken chunk")?;
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end])?.trim(), 16)?;
        if size == 0 {
            return Ok(whole);
        }
        let from = end + 2;
        whole.extend_from_slice(body.get(from..from + size).context("a broken chunk")?);
        body = body.get(from + size + 2..).context("a broken chunk")?;
    }
}

/// A request without a body, from a browser that takes brotli.
pub fn get_compressed(path: &str, cookie: &str) -> Vec<u8> {
    with_encoding(path, cookie, "br")
}

/// A request without a body.
pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    with_encoding(path, cookie, "identity")
}

fn with_encoding(path: &str, cookie: &str, encoding: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/html,application/json\r\naccept-encoding: {encoding}\r\ncookie: {cookie}\r\n\r\n")
        .into_bytes()
}

/// A request with a JSON body.
pub fn post(path: &str, cookie: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncookie: {cookie}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// Requests in a second, from so many connections, for so long. `request` gets a number that is never the same.
pub async fn throughput(
    address: SocketAddr,
    connections: u32,
    time: Duration,
    expected: u16,
    request: impl Fn(u64) -> Vec<u8>,
) -> Result<f64> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let began = Instant::now();
    let request = &request;
    let work = open.into_iter().zip(0_u64..).map(|(mut connection, index)| async move {
        let mut answered = 0_u32;
        while began.elapsed() < time {
            let number = index << 32 | u64::from(answered);
            let answer = connection.send(&request(number)).await?;
            if answer.status() != expected {
                bail!("an answer was {}", answer.head.lines().next().unwrap_or_default());
            }
            answered += 1;
        }
        Ok(answered)
    });
    let answered: u32 = futures::future::try_join_all(work).await?.iter().sum();
    Ok(f64::from(answered) / began.elapsed().as_secs_f64())
}

/// Milliseconds that each request takes, one after the other.
pub async fn times(connection: &mut Connection, request: &[u8], count: usize) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        let answer = connection.send(request).await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        ensure!(answer.status() == 200, "an answer was {}", answer.head);
    }
    Ok(times)
}

/// The share of sorted numbers below which so many of a hundred lie.
pub fn percentile(mut numbers: Vec<f64>, percent: usize) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let at = (numbers.len() * percent / 100).min(numbers.len().saturating_sub(1));
    numbers.get(at).copied().unwrap_or_default()
}
