//! The listeners, on loopback only.

use std::io::ErrorKind as IoErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::api::{APIS, Api};
use crate::error::{Error, ErrorKind};
use crate::faults::{self, AnswerBody, Cut};
use crate::info::Urls;
use crate::shared::Shared;
use crate::{control, front};

/// How long a listener rests after a connection could not be accepted, for instance because there are too many.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Open listeners that nobody answers yet.
pub(crate) struct Listeners {
    control: TcpListener,
    apis: Vec<(&'static Api, TcpListener)>,
    pub(crate) urls: Urls,
}

impl Listeners {
    /// Opens the listeners at `base` and above, or at free ports for 0.
    pub(crate) async fn open(base: u16) -> Result<Self, Error> {
        let port = |offset: u16| match base {
            0 => Ok(0),
            base => base.checked_add(offset).ok_or_else(|| {
                Error::new(
                    ErrorKind::InvalidInput,
                    format!("base port {base} is too high; the highest is {}", u16::MAX - 7),
                )
            }),
        };
        let control = bind(port(0)?).await?;
        let control_address = address(&control)?;
        let mut urls = Urls::of_control(&control_address.to_string());
        let mut apis = Vec::new();
        for api in APIS {
            let listener = bind(port(api.port_offset)?).await?;
            *(api.url)(&mut urls) = format!("http://{}{}", address(&listener)?, api.base_path);
            apis.push((*api, listener));
        }
        Ok(Self { control, apis, urls })
    }

    /// Starts answering.
    pub(crate) fn serve(self, shared: &Arc<Shared>) -> Vec<JoinHandle<()>> {
        let control = Arc::clone(shared);
        let control = move |request| {
            let shared = Arc::clone(&control);
            async move {
                let step = Arc::clone(&shared);
                let answer =
                    shared.steps.take(async move { Box::pin(control::answer(&step, request)).await }).await;
                answer.map(faults::whole).ok_or(Cut)
            }
        };
        let ticker = Arc::clone(shared);
        let mut tasks = vec![
            tokio::spawn(serve(self.control, control)),
            tokio::spawn(async move { ticker.tick_forever().await }),
        ];
        for (api, listener) in self.apis {
            let shared = Arc::clone(shared);
            let answer = move |request| {
                let shared = Arc::clone(&shared);
                async move { front::answer(&shared, api, request).await }
            };
            tasks.push(tokio::spawn(serve(listener, answer)));
        }
        tasks
    }
}

/// Accepts connections until it is aborted, which closes those that are open.
///
/// An answer may be refused: then its connection is closed as it stands, which no layer above `hyper` can do.
async fn serve<F, A>(listener: TcpListener, answer: F)
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
    A: Future<Output = Result<Response<AnswerBody>, Cut>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, answer.clone()));
                }
                // One connection that failed, or no room for more: neither ends the listener.
                Err(_) => tokio::time::sleep(PAUSE_AFTER_REFUSAL).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// One connection, request after request.
async fn converse<F, A>(stream: TcpStream, answer: F)
where
    F: Fn(Request<Incoming>) -> A,
    A: Future<Output = Result<Response<AnswerBody>, Cut>>,
{
    // Small answers: waiting for more to send would only cost time. Failing to say so changes nothing else.
    drop(stream.set_nodelay(true));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
    // An error is the end of a connection that the peer or a fault broke.
    drop(connection.await);
}

async fn bind(port: u16) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|cause| {
        let error = match cause.kind() {
            IoErrorKind::AddrInUse => Error::new(
                ErrorKind::PortInUse,
                format!(
                    "port {port} is in use by another program; stop it or choose another base port (0 picks free ones)"
                ),
            ),
            _ => Error::new(ErrorKind::Listen, format!("cannot listen on {address}; choose another base port")),
        };
        error.with_source(cause)
    })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, Error> {
    listener.local_addr().map_err(|cause| {
        Error::new(ErrorKind::Listen, "the address of a listener cannot be read").with_source(cause)
    })
}
