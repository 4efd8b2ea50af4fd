//! Tests of destinations and of entries, with the spellings that strangers try.

use super::{AllowedHost, Destination, DestinationFault, EntryFault};

fn shown(url: &str) -> Result<String, DestinationFault> {
    Destination::parse(url).map(|(_, destination)| destination.display())
}

#[test]
fn destinations_have_one_spelling() {
    assert_eq!(shown("https://MCP.Example.com./mcp").as_deref(), Ok("mcp.example.com"));
    assert_eq!(shown("https://mcp.example.com:443/").as_deref(), Ok("mcp.example.com"));
    assert_eq!(shown("http://mcp.example.com/").as_deref(), Ok("mcp.example.com:80"));
    assert_eq!(shown("https://bücher.example/").as_deref(), Ok("xn--bcher-kva.example"));
    assert_eq!(shown("http://0x7f000001:81/").as_deref(), Ok("127.0.0.1:81"));
    assert_eq!(shown("http://[::ffff:127.0.0.1]:81/").as_deref(), Ok("127.0.0.1:81"));
    assert_eq!(shown("http://[::1]:81/").as_deref(), Ok("[::1]:81"));
}

#[test]
fn addresses_that_no_request_can_go_to_are_refused() {
    for (text, fault) in [
        ("mcp.example.com", DestinationFault::Unreadable),
        ("ftp://mcp.example.com/", DestinationFault::Scheme),
        ("https://user:word@mcp.example.com/", DestinationFault::UserInfo),
        ("https://mcp.example.com/#x", DestinationFault::Fragment),
        ("https://a\0b/", DestinationFault::Unreadable),
        ("https://*.example.com/", DestinationFault::Unreadable),
        ("http:\\a%2Ab", DestinationFault::Unreadable),
        ("https://a,b.example/", DestinationFault::Unreadable),
        ("", DestinationFault::Unreadable),
    ] {
        assert_eq!(shown(text), Err(fault), "{text}");
    }
    assert_eq!(
        shown(&format!("https://a.example/{}", "x".repeat(2048))),
        Err(DestinationFault::TooLong)
    );
}

#[test]
fn names_that_are_longer_than_any_are_refused() {
    let longest = format!("{}.example", "a".repeat(245));
    assert!(shown(&format!("https://{longest}/")).is_ok());
    for host in [format!("a{longest}"), format!("{}.example", "漢".repeat(400))] {
        assert_eq!(
            shown(&format!("https://{host}/")),
            Err(DestinationFault::Unreadable),
            "{host}"
        );
    }
}

#[test]
fn metadata_addresses_are_refused_in_every_spelling() {
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]",
        "[::169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[::ffff:0:a9fe:a9fe]",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        "[fd00:42::42]",
        "[2002:a9fe:a9fe::1]",
        "192.0.0.192",
        "[fe80::1]",
        "100.100.100.200",
        "168.63.129.16",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ] {
        assert_eq!(
            shown(&format!("http://{host}/latest")),
            Err(DestinationFault::Metadata),
            "{host}"
        );
    }
}

fn entry(text: &str) -> String {
    match AllowedHost::parse(text) {
        Ok(entry) => entry.display(),
        Err(fault) => panic!("{text}: {fault}"),
    }
}

fn to(url: &str) -> Destination {
    Destination::parse(url)
        .unwrap_or_else(|fault| panic!("{url}: {fault}"))
        .1
}

fn admits(text: &str, url: &str) -> bool {
    AllowedHost::parse(text).unwrap().admits(&to(url))
}

#[test]
fn entries_have_one_spelling() {
    for (text, normal) in [
        ("MCP.Example.com", "mcp.example.com"),
        (" https://mcp.example.com./ ", "mcp.example.com"),
        ("mcp.example.com:443/", "mcp.example.com"),
        ("HTTPS://mcp.example.com:8443/v1/", "mcp.example.com:8443/v1"),
        ("http://mcp.example.com:80", "http://mcp.example.com"),
        ("HTTP://mcp.example.com:8080/A/b//", "http://mcp.example.com:8080/A/b"),
        ("https://127.0.0.1:4000/mcp", "https://127.0.0.1:4000/mcp"),
        ("http://127.1:4000", "http://127.0.0.1:4000"),
        ("http://[::ffff:127.0.0.1]:4000", "http://127.0.0.1:4000"),
        ("127.0.0.1", "127.0.0.1"),
        ("https://localhost:443/x", "localhost/x"),
        ("[2606:4700::1111]:8443/x", "[2606:4700::1111]:8443/x"),
        ("[::1]/x", "[::1]/x"),
        ("bücher.example/Überblick", "xn--bcher-kva.example/%C3%9Cberblick"),
        ("a.example/%7euser/%41%2d%2a%3a", "a.example/~user/A-%2A%3A"),
        ("a.example//b///c", "a.example//b///c"),
        ("a.example/b;v=1/c:d@e", "a.example/b;v=1/c:d@e"),
        ("a.example/x://y", "a.example/x://y"),
    ] {
        assert_eq!(entry(text), normal, "{text}");
        assert_eq!(entry(normal), normal, "reading the normal form of {text}");
    }
}

#[test]
fn an_entry_of_an_address_reads_back_as_itself() {
    for url in [
        "https://a.example",
        "https://a.example:8443/tenant-a/mcp/?key=1",
        "http://a.example/%C3%A9/%20",
        "http://127.0.0.1:4000/a*b",
        "https://127.0.0.1:4000/",
        "https://host.docker.internal:8443/v1/",
        "http://[::1]:9/x%3Fy",
        "https://a.example//",
    ] {
        let address = to(url);
        for made in [AllowedHost::of(&address).unwrap(), AllowedHost::origin_of(&address)] {
            assert_eq!(AllowedHost::parse(made.as_str()).as_ref(), Ok(&made), "{url}");
            assert!(made.admits(&address), "{url}");
            let read = made.destination().unwrap();
            assert_eq!(AllowedHost::of(&read).as_ref(), Ok(&made), "{url}");
        }
    }
}

#[test]
fn https_is_never_satisfied_by_http() {
    for (text, admitted, refused) in [
        ("a.example", "https://a.example/x", "http://a.example/x"),
        ("a.example", "https://a.example:443/x", "http://a.example:443/x"),
        ("a.example:8443", "https://a.example:8443/", "http://a.example:8443/"),
        (
            "http://a.example:8443",
            "http://a.example:8443/",
            "https://a.example:8443/",
        ),
        ("http://a.example", "http://a.example:80/", "https://a.example/"),
        (
            "https://127.0.0.1:4000",
            "https://127.0.0.1:4000/",
            "http://127.0.0.1:4000/",
        ),
        (
            "http://127.0.0.1:4000",
            "http://127.0.0.1:4000/",
            "https://127.0.0.1:4000/",
        ),
        ("localhost", "https://localhost/", "http://localhost/"),
    ] {
        assert!(admits(text, admitted), "{text} {admitted}");
        assert!(!admits(text, refused), "{text} {refused}");
    }
}

#[test]
fn an_entry_admits_its_own_host_and_port_only() {
    for url in [
        "https://a.example:8443/",
        "https://evil-a.example/",
        "https://a.example.evil.example/",
        "https://b.example/a.example",
        "https://a-example/",
    ] {
        assert!(!admits("a.example", url), "{url}");
    }
    assert!(!admits("http://127.0.0.1:4000", "http://localhost:4000/"));
    assert!(!admits("a.example/8443", "https://a.example:8443/8443"));
    assert!(admits("a.example", "https://A.EXAMPLE./x"));
    assert!(admits("http://127.0.0.1:4000", "http://2130706433:4000/mcp"));
}

#[test]
fn a_path_admits_itself_and_whole_segments_below_it() {
    for text in ["a.example/mcp", "a.example/mcp/"] {
        for url in [
            "/mcp",
            "/mcp/",
            "/mcp?x=1",
            "/mcp/x",
            "/mcp//x",
            "/%6dcp/x",
            "/mcp/x;v=1",
            "/mcp/%3F",
        ] {
            assert!(admits(text, &format!("https://a.example{url}")), "{text} {url}");
        }
        for url in [
            "", "/", "/mcpx", "/mc", "/MCP", "/x/mcp", "//mcp", "/mcp;x/y", "/mcp%3Bx", "/mcp%20", "/mcp.", "/mcp%2B",
        ] {
            assert!(!admits(text, &format!("https://a.example{url}")), "{text} {url}");
        }
    }
    assert!(admits("a.example/%c3%a9", "https://a.example/é/x"));
    assert!(!admits("a.example/tenant-a", "https://a.example/tenant-a%2Fx"));
}

#[test]
fn no_spelling_leads_out_of_a_path() {
    for url in [
        "/tenant-a/../tenant-b",
        "/tenant-a/..",
        "/tenant-a/.",
        "/./tenant-a",
        "/tenant-a/%2e%2e/tenant-b",
        "/tenant-a/.%2E/tenant-b",
        "/tenant-a/%252e%252e/tenant-b",
        "/tenant-a/%25252e%25252e/tenant-b",
        "/tenant-a/..%2ftenant-b",
        "/tenant-a%2f..%2ftenant-b",
        "/tenant-a/..%5ctenant-b",
        "/tenant-a/..\\tenant-b",
        "/tenant-a\\..\\tenant-b",
        "\\tenant-a/x",
        "/tenant-a/%252ftenant-b",
        "/tenant-a/..;/tenant-b",
        "/tenant-a/..;x=y/tenant-b",
        "/tenant-a/..%3bx/tenant-b",
        "/tenant-a/.;/tenant-b",
        "/tenant-a/..%20/tenant-b",
        "/tenant-a/.../tenant-b",
        "/tenant-a/%c0%ae%c0%ae/tenant-b",
        "/tenant-a/..%c0%aftenant-b",
        "/tenant-a/%ef%bc%8e%ef%bc%8e/tenant-b",
        "/tenant-a/..%ef%bc%8ftenant-b",
        "/tenant-a/．．/tenant-b",
        "/tenant-a/%00/x",
        "/tenant-a/%0d%0ax",
        "/tenant-a/%",
        "/tenant-a/%2",
        "/tenant-a/%zz",
        "/tenant-a/%+1",
    ] {
        let address = to(&format!("https://a.example{url}"));
        assert!(address.path().is_err(), "{url}");
        // Not even without a path: the server may read another one than the list.
        for text in ["a.example", "a.example/tenant-a", "a.example/tenant-b"] {
            assert!(!AllowedHost::parse(text).unwrap().admits(&address), "{text} {url}");
        }
        assert!(AllowedHost::parse(&format!("a.example{url}")).is_err(), "{url}");
        assert!(AllowedHost::of(&address).is_err(), "{url}");
    }
    // The same after a URL parser has read it, as far as the spelling is still there.
    for url in [
        "/tenant-a/..%2ftenant-b",
        "/tenant-a/%252e%252e/",
        "/tenant-a/..;/x",
        "/tenant-a/%zz",
    ] {
        let url = url::Url::parse(&format!("https://a.example{url}")).unwrap();
        assert!(Destination::from_url(&url).unwrap().path().is_err(), "{url}");
    }
}

#[test]
fn ordinary_paths_are_no_tricks() {
    for url in [
        "/v1beta/models/gemini-2.5-pro:streamGenerateContent",
        "/.well-known/mcp",
        "/a..b/...c/c..",
        "/100%25/x",
        "/%E6%97%A5%E6%9C%AC",
        "/a+b/(c)/d,e/f;g=h",
        "/u/%2B%26%3D",
    ] {
        let address = to(&format!("https://a.example{url}"));
        assert!(address.path().is_ok(), "{url}");
        assert!(
            admits(&format!("a.example{url}"), &format!("https://a.example{url}")),
            "{url}"
        );
    }
}

#[test]
fn a_private_host_with_a_port_needs_a_scheme() {
    for (text, authority) in [
        ("127.0.0.1:4000", "127.0.0.1:4000"),
        ("127.1:4000/mcp", "127.0.0.1:4000"),
        ("LOCALHOST:4000", "localhost:4000"),
        ("10.1.2.3:443", "10.1.2.3:443"),
        ("192.168.0.9:80", "192.168.0.9:80"),
        ("[::1]:4000/x", "[::1]:4000"),
        ("[fd12::1]:4000", "[fd12::1]:4000"),
        ("host.docker.internal:4000", "host.docker.internal:4000"),
        ("printer.local:631", "printer.local:631"),
    ] {
        let fault = AllowedHost::parse(text).unwrap_err();
        let said = format!("Write http://{authority} or https://{authority}.");
        assert_eq!(fault.to_string(), said, "{text}");
        for scheme in ["http", "https"] {
            assert!(
                AllowedHost::parse(&format!("{scheme}://{text}")).is_ok(),
                "{scheme} {text}"
            );
        }
    }
    for text in ["a.example:8443", "h:8443", "1.1.1.1:8443", "notlocalhost:8443"] {
        assert_eq!(entry(text), text);
    }
}

#[test]
fn entries_are_destinations_and_nothing_else() {
    use DestinationFault as D;
    let of = EntryFault::Destination;
    for (text, fault) in [
        ("", of(D::Unreadable)),
        ("/", of(D::Unreadable)),
        ("/path", of(D::Unreadable)),
        ("https://", of(D::Unreadable)),
        ("http:/a.example", of(D::Unreadable)),
        ("https:/a.example", of(D::Unreadable)),
        ("https:a.example", of(D::Unreadable)),
        ("a.example:", of(D::Unreadable)),
        ("a.example:99999", of(D::Unreadable)),
        ("a.example:x", of(D::Unreadable)),
        ("a b", of(D::Unreadable)),
        ("a.example/a b", of(D::Unreadable)),
        ("a.example/\tb", of(D::Unreadable)),
        ("a..b", of(D::Unreadable)),
        ("a.example..", of(D::Unreadable)),
        ("::1", of(D::Unreadable)),
        ("[::1", of(D::Unreadable)),
        ("ftp://a.example", of(D::Scheme)),
        ("a.example://x", of(D::Scheme)),
        ("u@a.example", of(D::UserInfo)),
        ("https://u:p@a.example/x", of(D::UserInfo)),
        ("@a.example", of(D::UserInfo)),
        ("169.254.169.254", of(D::Metadata)),
        ("http://2852039166/latest", of(D::Metadata)),
        ("metadata.google.internal:80", of(D::Metadata)),
        ("a.example/x/../y", of(D::DotSegment)),
        ("a.example/%2e%2e/y", of(D::DotSegment)),
        ("a.example/x%2fy", of(D::EncodedSlash)),
        ("a.example\\y", of(D::Backslash)),
        ("a.example/%", of(D::BadEscape)),
        ("a.example?x", EntryFault::Query),
        ("a.example/x?", EntryFault::Query),
        ("a.example/x#y", EntryFault::Query),
        ("*", EntryFault::Wildcard),
        ("*.example.com", EntryFault::Wildcard),
        ("a.example/v1/*", EntryFault::Wildcard),
    ] {
        assert_eq!(AllowedHost::parse(text), Err(fault), "{text}");
    }
    let long = format!("a.example/{}", "x".repeat(super::MAX_URL_CHARS));
    assert_eq!(AllowedHost::parse(&long), Err(of(D::TooLong)));
    let encoded = format!("https://a.example/{}", "é".repeat(400));
    assert_eq!(AllowedHost::of(&to(&encoded)), Err(D::TooLong));
    let deep = format!("a.example/%{}2e", "25".repeat(600));
    assert_eq!(AllowedHost::parse(&deep), Err(of(D::BadEscape)));
}

#[test]
fn only_a_whole_https_host_means_the_same_to_releases_before_paths() {
    for (text, before) in [
        ("a.example", Some("a.example")),
        ("[2606:4700::1111]", Some("[2606:4700::1111]")),
        ("a.example/x", None),
        ("a.example:8443", None),
        ("http://a.example", None),
        ("https://127.0.0.1:4000", None),
    ] {
        assert_eq!(AllowedHost::parse(text).unwrap().before_paths(), before, "{text}");
    }
}
