//! A small balancer: each new connection goes to the next server that takes it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running balancer; it ends with this value.
pub struct Balancer {
    address: SocketAddr,
    task: JoinHandle<()>,
    counts: Arc<Mutex<Vec<usize>>>,
}

impl Balancer {
    /// In front of these servers.
    pub async fn start(servers: &[&str]) -> Self {
        let servers: Vec<SocketAddr> = servers.iter().map(|server| server.parse().unwrap()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Mutex::new(vec![0; servers.len()]));
        let counted = counts.clone();
        let task = tokio::spawn(async move {
            let next = AtomicUsize::new(0);
            while let Ok((mut incoming, _)) = listener.accept().await {
                let first = next.fetch_add(1, Ordering::Relaxed);
                let (servers, counted) = (servers.clone(), counted.clone());
                tokio::spawn(async move {
                    for turn in 0..servers.len() {
                        let chosen = (first + turn) % servers.len();
                        if let Ok(mut outgoing) = TcpStream::connect(servers[chosen]).await {
                            counted.lock().unwrap()[chosen] += 1;
                            let _ = tokio::io::copy_bidirectional(&mut incoming, &mut outgoing).await;
                            return;
                        }
                    }
                });
            }
        });
        Self { address, task, counts }
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections each server got.
    pub fn counts(&self) -> Vec<usize> {
        self.counts.lock().unwrap().clone()
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
