//! Texts that look like secrets, and texts that do not.

use super::{is_key_name, is_key_pair, is_secret_id, is_secret_in_address, looks_like_secret};

/// Ids as providers give them, and as people choose them.
const IDS: &[&str] = &[
    "gpt-5.2",
    "gpt-5.2-2026-01-01",
    "o4-mini-deep-research-2025-06-26",
    "claude-opus-4-5-20251101",
    "anthropic/claude-sonnet-4.5",
    "accounts/fireworks/models/llama-v3p1-405b-instruct",
    "accounts/acme/deployedModels/llama-v3p1-8b-instruct-1a2b3c4d",
    "meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "DeepSeekR1DistillQwen32BInstruct",
    "Qwen/Qwen3-235B-A22B-Instruct-2507-tput",
    "nvidia/Llama-3_1-Nemotron-Ultra-253B-v1",
    "@cf/meta/llama-3.1-8b-instruct-fp8",
    "hf.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
    "ft:gpt-4o-2024-08-06:acme:support:AbCdEf12",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0",
    "projects/my-project/locations/us-central1/endpoints/1234567890123456789",
    "models/gemini-2.5-flash-preview-09-2025",
    "text-embedding-3-large",
    "org-AbC123def456GHI789jkl012",
    "proj_AbC123def456GHI789jkl012",
    "3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11",
    "server-3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11",
    "0123456789abcdef0123456789abcdef",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "key-vault-production",
    "secret_santa_2026_planning",
    "re_enable_the_old_server_1",
    "--read-only",
    "/srv/files/2026-11-30",
    "",
];

/// Marked canaries and jumbled runs, made up here.
const SECRETS: &[&str] = &[
    "sk-proj-canary00000000000000",
    "sk-ant-api03-canary000000000",
    "ghp_canary0000000000000000000",
    "glpat-canary-0000000000",
    "nvapi-canary00000000000",
    "tvly-dev-canary00000000",
    "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.c2ln",
    "-----BEGIN PRIVATE KEY-----",
    "Bearer canary0000000000",
    "AKIACANARY0000000000",
    "openai/sk-canary00000000000000",
    // 32 letters and digits, 64 hexadecimal digits, base64url with separators, 48 letters and digits.
    "q7Zt2LmX9vB4nRk8Hs3WpYc6JdF1gTaE",
    "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa",
    "Zm9v_3kQ9xL-2mB7yT4wR8nV1cX6zP0s_H5jG",
    "x7k2m9q4w1t8r5y3u6p0a2s4d7f9g1h3j5k8l0z2",
    "NmI0ZDk4OTYtM2YyMS00YzU1LTlhNTMtMGM4YTlkM2Y1YjEx",
    "key-1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7",
];

#[test]
fn ids_of_models_accounts_and_documents_pass() {
    for id in IDS {
        assert!(!is_secret_id(id), "{id}");
        assert!(
            !is_secret_in_address(&format!("https://models.example.com/{id}/v1")),
            "{id}"
        );
    }
}

#[test]
fn secrets_are_found_as_ids_and_in_addresses_however_they_are_escaped() {
    for secret in SECRETS {
        assert!(is_secret_id(secret), "{secret}");
        let escaped: Vec<String> = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let escaped = escaped.concat();
        let twice = escaped.replace('%', "%25");
        for text in [secret.replace(' ', "%20"), escaped, twice] {
            for address in [
                format!("https://mcp.example.com/{text}/mcp"),
                format!("https://mcp.example.com/mcp?id={text}"),
                format!("https://mcp.example.com/mcp?a=1&{text}"),
                format!("https://mcp.example.com/mcp;v={text}"),
            ] {
                assert!(is_secret_in_address(&address), "{address}");
            }
        }
    }
}

#[test]
fn a_parameter_that_is_named_like_a_key_holds_one_whatever_it_is() {
    for query in [
        "api_key=x",
        "apiKey=x",
        "API-KEY=x",
        "key=x",
        "token=abc",
        "access_token=abc",
        "x=1&auth=me",
        "sig=ab",
        "subscription-key=x",
        "client_secret=x",
        "X-Amz-Signature=x",
        "password=x",
        "%61pi_key=x",
        "a=1;token=x",
    ] {
        assert!(
            is_secret_in_address(&format!("https://mcp.example.com/mcp?{query}")),
            "{query}"
        );
    }
    for query in [
        "",
        "api-version=2024-10-21",
        "project_ref=abcdefghijklmnopqrst",
        "region=eu",
        "token=",
        "auth=none",
        "monkey=1",
        "page=2&tokens=5",
    ] {
        assert!(
            !is_secret_in_address(&format!("https://mcp.example.com/mcp?{query}")),
            "{query}"
        );
    }
    assert!(is_secret_in_address("https://mcp.example.com/token=canary/mcp"));
    assert!(
        is_key_pair("--api-key=x")
            && is_key_pair("GITHUB_TOKEN=x")
            && !is_key_pair("--mode=x")
            && !is_key_pair("--token")
    );
    assert!(
        is_key_name("--api-key") && is_key_name("-token") && !is_key_name("--keyboard") && !is_key_name("--sort-key")
    );
}

#[test]
fn addresses_of_known_services_pass() {
    for address in [
        "https://mcp.example.com/mcp",
        "http://127.0.0.1:4000/mcp",
        "https://api.githubcopilot.com/mcp/",
        "https://mcp.composio.dev/composio/server/3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11/mcp",
        "https://gateway.ai.cloudflare.com/v1/0123456789abcdef0123456789abcdef/main/openai",
        "https://acme.openai.azure.com/openai/deployments/gpt-4o?api-version=2024-10-21",
        "https://api.runpod.ai/v2/abc123def456gh/openai/v1",
        "https://generativelanguage.googleapis.com/v1beta/openai/",
        "https://git.example.com/raw/da39a3ee5e6b4b0d3255bfef95601890afd80709/mcp",
        "not an address",
    ] {
        assert!(!is_secret_in_address(address), "{address}");
    }
}

#[test]
fn names_of_credentials_are_no_secrets() {
    for text in [
        "OPENAI_PROD_API_KEY",
        "sk-team",
        "SG.mail",
        "AIza",
        "npm_publish",
        "MCP.CRM.TOKEN",
        "hf_models_key",
        "Basic auth of the wiki",
        "key-for-the-production-server-2",
        "secret_manager_of_team_2026",
        "re_index_the_search_2026",
    ] {
        assert!(!looks_like_secret(text), "{text}");
    }
}
