//! Texts that look like secrets: what forms and server keep out of names, addresses, ids and arguments, which are stored
//! in clear and shown to every reader.
//!
//! Three signs, from certain to likely: the mark of an issuer (a known prefix, a JSON Web Token, a PEM block), a
//! parameter whose name says that a key follows, and a long run of jumbled letters and digits. The last one is not
//! applied to names. UUIDs, and runs of exactly 32 or 40 hexadecimal digits, pass as ids: accounts, documents and commits
//! are named so, and some issuers' keys look the same.

use percent_encoding::percent_decode_str;

/// The sentence for a text that looks like a secret.
pub const KEEP_SECRETS_OUT: &str = "This looks like a secret. Create a credential and choose it here.";

/// The code of that broken rule.
pub const LOOKS_LIKE_SECRET: &str = "looks-like-secret";

/// Beginnings by which well-known issuers mark their secrets.
const PREFIXES: &[&str] = &[
    "sk-",
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "rk_test_",
    "pk_live_",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "xoxe-",
    "xapp-",
    "AKIA",
    "ASIA",
    "AIza",
    "ya29.",
    "GOCSPX-",
    "hf_",
    "gsk_",
    "xai-",
    "nvapi-",
    "tgp_v1_",
    "csk-",
    "ctx7sk-",
    "tvly-",
    "fc-",
    "lin_api_",
    "lin_oauth_",
    "ntn_",
    "secret_",
    "figd_",
    "npm_",
    "pypi-",
    "dop_v1_",
    "dckr_pat_",
    "SG.",
    "whsec_",
    "shpat_",
    "shpss_",
    "sq0atp-",
    "EAAC",
    "r8_",
    "fw_",
    "pplx-",
    "sbp_",
    "sntrys_",
    "sntryu_",
    "pat-na1-",
    "pat-eu1-",
    "ATATT3",
    "PMAK-",
    "phx_",
    "phc_",
    "re_",
    "key-",
    "vcp_",
    "napi_",
    "eyJ0eXAi",
    "sr_",
    "Bearer ",
    "bearer ",
    "Basic ",
];

/// Prefixes of issuers that ordinary names begin with, too: a jumbled run must follow.
const WEAK_PREFIXES: &[&str] = &["fc-", "key-", "re_", "secret_", "phc_", "napi_"];

/// Prefixes that mark an id which is no secret, though its rest looks jumbled.
const PUBLIC_PREFIXES: &[&str] = &[
    "org-", "org_", "proj_", "proj-", "acct_", "asst_", "ftjob-", "vs_", "user_", "team_",
];

/// Names of parameters, without `-`, `_` and `.`, after which a secret follows.
const KEY_NAMES: &[&str] = &[
    "key",
    "auth",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "jwt",
    "pass",
    "passwd",
    "pat",
    "pwd",
    "sas",
    "sig",
    "signature",
    "token",
];

/// Endings of such names.
const KEY_ENDINGS: &[&str] = &[
    "accesskey",
    "accesskeyid",
    "apikey",
    "appkey",
    "authkey",
    "functionskey",
    "licensekey",
    "masterkey",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "subscriptionkey",
    "accesstoken",
    "apitoken",
    "authtoken",
    "bearertoken",
    "idtoken",
    "refreshtoken",
    "sessiontoken",
    "usertoken",
    "xsignature",
    "amzsignature",
];

/// Whether a text bears the mark of an issuer of secrets: its prefix followed by a long unbroken run, a JSON Web Token,
/// or a PEM block.
pub fn looks_like_secret(text: &str) -> bool {
    let text = text.trim();
    // A PEM block, whatever stands before it.
    if text.split_whitespace().any(|word| word.ends_with("-----BEGIN")) {
        return true;
    }
    if is_jwt(text) {
        return true;
    }
    PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| {
            let run = rest.len() >= 8
                && !rest.contains(char::is_whitespace)
                && (rest.len() >= 16 || rest.contains(|c: char| c.is_ascii_digit()));
            run && (!WEAK_PREFIXES.contains(prefix) || is_jumbled(rest, 16))
        })
    })
}

/// Whether an id, an argument or a piece of a path looks like a secret: by its mark, or by a long jumbled run.
pub fn is_secret_id(text: &str) -> bool {
    let text = text.trim();
    let marked = text
        .split(|c: char| c.is_whitespace() || "/\\:;,=@".contains(c))
        .any(looks_like_secret);
    marked || looks_like_secret(text) || is_jumbled(text, MIN_JUMBLE)
}

/// Whether a text is `name=value` where the name says that a key follows, as in an argument or a query.
pub fn is_key_pair(text: &str) -> bool {
    let pair = text.split_once('=');
    pair.is_some_and(|(name, value)| is_key_value(name, value))
}

/// Values of parameters such as `auth` that say how, and hold no key.
const PLAIN_VALUES: &[&str] = &[
    "", "none", "off", "on", "true", "false", "basic", "bearer", "oauth", "oauth2", "jwt",
];

/// Whether a value of a parameter or flag of this name is a key.
pub fn is_key_value(name: &str, value: &str) -> bool {
    is_key_name(name) && !PLAIN_VALUES.contains(&value.trim().to_lowercase().as_str())
}

/// Whether a parameter or flag of this name takes a key.
pub fn is_key_name(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect::<String>()
        .to_lowercase();
    // `GITHUB_TOKEN` is one, and `--sort-key` is none.
    let last = name
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let named = KEY_NAMES.contains(&plain.as_str()) || last != "key" && KEY_NAMES.contains(&last.as_str());
    named || KEY_ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Whether the path or the query of an address holds something that looks like a secret.
pub fn is_secret_in_address(text: &str) -> bool {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let whole = rest.split('#').next().unwrap_or_default();
    let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
    let segments = path.split(['/', '\\']).skip(1);
    let mut parts = segments
        .chain(query.split('&'))
        .flat_map(|part| part.split(';'))
        .map(decoded);
    parts.any(|part| {
        let value = part.split_once('=').map_or(part.as_str(), |(_, value)| value);
        is_key_pair(&part) || is_secret_id(value)
    })
}

/// A text without percent escapes, undone twice: what a receiver may read.
fn decoded(text: &str) -> String {
    let once = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    once(&once(text))
}

/// The shortest jumbled run that counts, in characters.
const MIN_JUMBLE: usize = 20;
/// The shortest piece that adds to one.
const MIN_PIECE: usize = 8;

/// Whether the jumbled pieces of a text add up to so many characters.
fn is_jumbled(text: &str, at_least: usize) -> bool {
    if PUBLIC_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
        return false;
    }
    // What stands between the parts of a longer id separates runs, too.
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .any(|run| {
            let run = without_uuids(run);
            let pieces = run.split(['-', '_']);
            pieces
                .filter(|piece| is_jumbled_piece(piece))
                .map(str::len)
                .sum::<usize>()
                >= at_least
        })
}

/// A piece of letters and digits in which they alternate as in no word, version or date.
fn is_jumbled_piece(piece: &str) -> bool {
    if piece.len() < MIN_PIECE || is_public_hex(piece) {
        return false;
    }
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 0_usize,
        b'a'..=b'z' => 1,
        _ => 2,
    };
    let classes: Vec<usize> = piece.bytes().map(class).collect();
    let has = |wanted| classes.contains(&wanted);
    let changes = classes.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let groups = classes
        .split(|class| *class != 0)
        .filter(|group| !group.is_empty())
        .count();
    let mixed = has(1) && has(2) && changes * 100 >= 45 * (piece.len() - 1);
    let digits = has(0) && (has(1) || has(2));
    (digits && (groups >= 3 || mixed)) || (mixed && piece.len() >= 32)
}

/// Account, document and commit ids.
fn is_public_hex(text: &str) -> bool {
    matches!(text.len(), 32 | 40)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A text with its UUIDs taken out.
fn without_uuids(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest
            .get(..36)
            .filter(|start| uuid::Uuid::try_parse(start).is_ok())
            .map(|_| &rest[36..])
        {
            rest = after;
            continue;
        }
        let next = rest.chars().next().map_or(1, char::len_utf8);
        kept.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    kept
}

/// Three base64url parts, the first of which begins like `{"`.
fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let base64url = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    header.starts_with("eyJ")
        && header.len() > 10
        && payload.len() > 3
        && base64url(header)
        && base64url(payload)
        && base64url(signature)
}

#[cfg(test)]
mod tests;
