//! One MCP session: connect, list the tools, call one.

use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceError;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, Implementation, JsonObject,
    PaginatedRequestParams, ProtocolVersion, Tool,
};
use rmcp::service::{ClientCacheConfig, ClientLifecycleMode, ClientServiceExt as _};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::IntoTransport;
use rmcp::transport::common::client_side_sse::ExponentialBackoff;
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig};
use tokio::time::timeout;
use url::Url;

use super::super::stdio::{Reader, StdioTarget};
use super::super::{Bearer, NotMcp, Outbound, OutboundError, Unreachable, UpstreamText};
use super::carrier::Carrier;
use super::send_gate::SendGate;
use super::transport::McpHttp;

/// The most pages of tools that are asked for, the most tools that are kept, and how many bytes of JSON they may be.
const MAX_PAGES: usize = 50;
const MAX_TOOLS: usize = 1_000;
const MAX_LIST_BYTES: usize = 1024 * 1024;

/// How often a broken stream of an answer is resumed.
const MAX_RESUMES: usize = 3;

/// How long the end of a session may take.
const CLOSE: Duration = Duration::from_secs(2);

/// Where a session goes, and what goes along.
#[derive(Clone, Debug)]
pub enum McpTarget {
    /// A server at an address.
    Http {
        /// The address.
        url: Url,
        /// The credential; none for a server that asks for none.
        bearer: Option<Bearer>,
    },
    /// A program that is started here.
    Stdio(StdioTarget),
}

/// An MCP session. It sends only while one of its operations is under way.
#[derive(Debug)]
pub struct McpSession {
    service: RunningService<RoleClient, ClientConfig>,
    carrier: Carrier,
    call: Duration,
    list: Duration,
}

impl McpSession {
    /// Connects and agrees on a protocol version: the newest that both speak, with `initialize` for
    /// servers that do not know `server/discover`.
    pub async fn open(outbound: &Outbound, target: McpTarget) -> Result<Self, OutboundError> {
        let limits = outbound.limits();
        let (carrier, service) = match target {
            McpTarget::Http { url, bearer } => {
                let http = McpHttp::new(outbound.clone(), url, bearer);
                let carrier = Carrier::Http(http.clone());
                let _permit = carrier.permit();
                let transport = StreamableHttpClientTransport::with_client(http, http_config());
                let service = serve(&carrier, transport, limits.list).await?;
                (carrier, service)
            }
            McpTarget::Stdio(target) => {
                let gate = SendGate::default();
                let _permit = gate.open();
                let reader = Reader {
                    outbound: outbound.clone(),
                    program: target.command.clone(),
                    gate: gate.clone(),
                };
                let (transport, running) = target.start(reader)?;
                let carrier = Carrier::Stdio(running, gate);
                let service = serve(&carrier, transport, limits.list).await?;
                (carrier, service)
            }
        };
        // A list of tools is what the server says now, and an answer for one is not kept for another.
        service.set_response_cache_config(ClientCacheConfig::disabled()).await;
        Ok(Self {
            service,
            carrier,
            call: limits.call,
            list: limits.list,
        })
    }

    /// The protocol version that both sides agreed on.
    pub fn protocol_version(&self) -> Option<String> {
        let info = self.service.peer_info()?;
        Some(info.protocol_version.as_str().to_owned())
    }

    /// The name and version by which the server calls itself.
    pub fn server(&self) -> Option<(String, String)> {
        let info = self.service.peer_info()?;
        let server = info.server_info.as_ref()?;
        let short = |text: &str| UpstreamText::of_scanned(text).as_str().to_owned();
        Some((short(&server.name), short(&server.version)))
    }

    /// Whether the session can still be used, as far as this side knows.
    pub fn is_over(&self) -> bool {
        let ended = matches!(&self.carrier, Carrier::Stdio(running, _) if running.is_over());
        ended || self.service.is_closed() || self.service.is_transport_closed()
    }

    /// Whether a program runs here for it.
    pub fn is_program(&self) -> bool {
        matches!(&self.carrier, Carrier::Stdio(..))
    }

    /// Ends what runs here for it now, whoever waits for an answer of it.
    pub fn cut(&self) {
        if let Carrier::Stdio(running, _) = &self.carrier {
            running.kill();
        }
    }

    /// All tools that the server offers, without what nobody here looks at.
    pub async fn tools(&self) -> Result<Vec<Tool>, OutboundError> {
        let _permit = self.carrier.permit();
        timeout(self.list, self.all_tools())
            .await
            .map_err(|_| OutboundError::TimedOut(self.list))?
    }

    async fn all_tools(&self) -> Result<Vec<Tool>, OutboundError> {
        let mut tools = Vec::new();
        let mut bytes = 0_usize;
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let params = cursor
                .take()
                .map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
            let page = match self.service.list_tools(params).await {
                Ok(page) => page,
                Err(error) => return Err(self.error(&error).await),
            };
            // Counted as they come: a page may be as large as any answer, and there may be many.
            for tool in page.tools {
                bytes = size(&tool).saturating_add(bytes);
                if bytes > MAX_LIST_BYTES {
                    return Err(OutboundError::TooLarge {
                        limit: MAX_LIST_BYTES as u64,
                    });
                }
                // Those beyond are counted too: the library keeps them while the session lasts.
                if tools.len() < MAX_TOOLS {
                    tools.push(Tool::new_with_raw(tool.name, tool.description, tool.input_schema));
                }
            }
            cursor = page.next_cursor;
            if cursor.is_none() || tools.len() >= MAX_TOOLS {
                break;
            }
        }
        Ok(tools)
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// Why there is no result. A tool that fails is a result.
    pub async fn call(&self, tool: String, arguments: Option<JsonObject>) -> Result<CallToolResult, OutboundError> {
        let _permit = self.carrier.permit();
        let mut params = CallToolRequestParams::new(tool);
        params.arguments = arguments;
        match timeout(self.call, self.service.call_tool(params)).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(error)) => Err(self.error(&error).await),
            Err(_) => Err(OutboundError::TimedOut(self.call)),
        }
    }

    /// Ends the session here and, where the server wants to know, there.
    pub async fn close(mut self) {
        let _permit = self.carrier.permit();
        // An end that does not come changes nothing for anybody.
        let _ = self.service.close_with_timeout(CLOSE).await;
    }

    async fn error(&self, error: &ServiceError) -> OutboundError {
        match error {
            ServiceError::McpError(data) => self.carrier.rejected(data),
            ServiceError::TransportSend(error) => self.carrier.transport_error(error).await,
            // The answer broke off; whether the server did what it was asked is not known.
            ServiceError::TransportClosed | ServiceError::Cancelled { .. } => self
                .carrier
                .failure()
                .await
                .unwrap_or(OutboundError::Unreachable(Unreachable::Broken)),
            ServiceError::Timeout { .. } => OutboundError::TimedOut(self.call),
            _ => OutboundError::NotMcp(NotMcp::Answer),
        }
    }
}

/// About how many bytes of JSON a tool takes.
fn size(tool: &Tool) -> usize {
    let description = tool.description.as_ref().map_or(0, |text| text.len());
    let schema = serde_json::to_string(&*tool.input_schema).map_or(usize::MAX, |text| text.len());
    schema.saturating_add(tool.name.len() + description)
}

fn http_config() -> StreamableHttpClientTransportConfig {
    let mut config = StreamableHttpClientTransportConfig::with_uri("the backend knows");
    let mut resume = ExponentialBackoff::default();
    resume.max_times = Some(MAX_RESUMES);
    resume.base_duration = Duration::from_millis(200);
    config.retry_config = Arc::new(resume);
    config
}

/// Agrees on a protocol version over a transport.
async fn serve<T, E, A>(
    carrier: &Carrier,
    transport: T,
    limit: Duration,
) -> Result<RunningService<RoleClient, ClientConfig>, OutboundError>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let client = ClientConfig::new(
        ClientCapabilities::default(),
        Implementation::new("strongroom", env!("CARGO_PKG_VERSION")),
    );
    let lifecycle = ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::LATEST],
        legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
    };
    match timeout(limit, client.serve_with_lifecycle(transport, lifecycle)).await {
        Ok(Ok(service)) => Ok(service),
        Ok(Err(error)) => Err(carrier.initialize_error(&error).await),
        Err(_) => Err(OutboundError::TimedOut(limit)),
    }
}
