//! Caps of connections.

use futures::FutureExt as _;

use super::*;

fn registry(most: usize) -> Registry {
    Registry::new(Connections {
        most,
        per_address: 2,
        per_user: 2,
        proxies: vec!["10.0.0.1".parse().unwrap()],
        ..Connections::default()
    })
}

fn admit(registry: &Registry, peer: &str) -> Option<Connection> {
    match registry.admit(peer.parse().unwrap()) {
        Admission::Admitted(connection) => Some(connection),
        Admission::Refused | Admission::Full => None,
    }
}

#[test]
fn an_address_has_a_limit_until_its_connections_carry_sessions() {
    let registry = registry(100);
    let ada = Uuid::from_u128(1);
    let first = admit(&registry, "198.51.100.1").unwrap();
    let second = admit(&registry, "::ffff:198.51.100.1").unwrap();
    let busy = [&first, &second].map(|connection| connection.begin()(Body::empty()));
    assert!(admit(&registry, "198.51.100.1").is_none());
    assert!(admit(&registry, "198.51.100.2").is_some());
    assert!(first.carries_session_of(ada) && first.carries_session_of(ada));
    let third = admit(&registry, "198.51.100.1").unwrap();
    assert!(second.carries_session_of(ada));
    assert!(!third.carries_session_of(ada), "a user has a limit too");
    assert!(third.carries_session_of(Uuid::from_u128(2)));
    drop((busy, first, second, third));
    let table = registry.lock();
    assert!(table.addresses.is_empty() && table.users.is_empty() && table.open.is_empty());
}

#[test]
fn a_v6_network_is_one_address_and_proxies_have_none() {
    let registry = registry(100);
    let kept: Vec<_> = ["2001:db8::1", "2001:db8::2"].map(|peer| admit(&registry, peer)).into();
    let [first, second] = [&kept[0], &kept[1]].map(|connection| connection.as_ref().unwrap());
    let third = admit(&registry, "2001:db8::3").unwrap();
    assert!(
        first.told_to_close().now_or_never().is_some(),
        "the one that has been idle for longest"
    );
    assert!(second.told_to_close().now_or_never().is_none());
    let _busy = [second, &third].map(|connection| connection.begin()(Body::empty()));
    assert!(admit(&registry, "2001:db8::4").is_none());
    assert!(admit(&registry, "2001:db8:0:1::3").is_some());
    let proxied: Vec<_> = (0..50).filter_map(|_| admit(&registry, "10.0.0.1")).collect();
    assert_eq!((kept.len(), proxied.len()), (2, 50));
}

#[test]
fn the_connection_that_is_idle_for_longest_makes_room() {
    let registry = registry(3);
    let signed_in = admit(&registry, "198.51.100.1").unwrap();
    assert!(signed_in.carries_session_of(Uuid::from_u128(1)));
    let older = admit(&registry, "198.51.100.2").unwrap();
    let newer = admit(&registry, "198.51.100.3").unwrap();
    let answer = older.begin();
    let body = answer(Body::empty());
    drop(body);
    let fourth = admit(&registry, "198.51.100.4").unwrap();
    assert!(
        newer.told_to_close().now_or_never().is_some(),
        "it was idle before the other answered"
    );
    assert!(older.told_to_close().now_or_never().is_none());
    assert!(signed_in.told_to_close().now_or_never().is_none(), "users come last");
    let busy: Vec<_> = [&signed_in, &older, &fourth]
        .map(|connection| connection.begin()(Body::empty()))
        .into();
    drop(newer);
    assert!(matches!(
        registry.admit("198.51.100.5".parse().unwrap()),
        Admission::Full
    ));
    drop(busy);
    assert!(
        admit(&registry, "198.51.100.5").is_none(),
        "the ends of their answers are on their way"
    );
    std::thread::sleep(SENT_WITHIN);
    assert!(admit(&registry, "198.51.100.5").is_some());
}
