//! What the byte format holds against.

#![expect(clippy::disallowed_methods, reason = "tests of the vault read what they sealed")]

use contract::credentials::CredentialId;
use contract::secret::SecretValue;
use uuid::Uuid;

use super::envelope::*;

const WRAP: [u8; 32] = [7; 32];

fn credential(n: u128) -> CredentialId {
    CredentialId(Uuid::from_u128(n))
}

fn sealed(text: &str) -> Sealed {
    seal("k1", &WRAP, credential(1), 1, &SecretValue::new(text.to_owned())).unwrap()
}

#[test]
fn what_was_sealed_opens_byte_for_byte() {
    for text in ["x", "canary\nwith a line\r\n ", "鍵🔑", &"y".repeat(64 * 1024)] {
        let opened = open(&WRAP, credential(1), 1, &sealed(text)).unwrap();
        assert_eq!(opened.expose(), text);
    }
}

#[test]
fn the_same_value_is_never_sealed_into_the_same_bytes() {
    let (a, b) = (sealed("canary"), sealed("canary"));
    assert_ne!(a.ciphertext, b.ciphertext);
    assert_ne!(a.value_nonce, b.value_nonce);
    assert_ne!(a.wrapped_key, b.wrapped_key);
    assert_ne!(a.key_nonce, b.key_nonce);
}

#[test]
fn lengths_show_in_steps_only() {
    assert_eq!(sealed("a").ciphertext.len(), sealed(&"a".repeat(60)).ciphertext.len());
    assert_eq!(
        sealed("a").ciphertext.len() + 64,
        sealed(&"a".repeat(61)).ciphertext.len()
    );
    assert_eq!(sealed("a").ciphertext.len(), 1 + 64 + 16);
}

#[test]
fn a_changed_byte_anywhere_is_noticed() {
    let original = sealed("canary");
    for part in 0..4 {
        let field = |s: &mut Sealed| match part {
            0 => std::mem::take(&mut s.ciphertext),
            1 => std::mem::take(&mut s.value_nonce),
            2 => std::mem::take(&mut s.wrapped_key),
            _ => std::mem::take(&mut s.key_nonce),
        };
        let bytes = field(&mut original.clone());
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            let mut tampered = original.clone();
            match part {
                0 => tampered.ciphertext = changed,
                1 => tampered.value_nonce = changed,
                2 => tampered.wrapped_key = changed,
                _ => tampered.key_nonce = changed,
            }
            assert!(
                open(&WRAP, credential(1), 1, &tampered).is_err(),
                "part {part}, byte {position}"
            );
        }
    }
}

#[test]
fn a_blob_opens_only_in_its_own_row_with_its_own_key() {
    let blob = sealed("canary");
    assert!(
        matches!(open(&WRAP, credential(2), 1, &blob), Err(VaultError::Tampered)),
        "another credential"
    );
    assert!(
        matches!(open(&WRAP, credential(1), 2, &blob), Err(VaultError::Tampered)),
        "another version"
    );
    assert!(
        matches!(open(&[8; 32], credential(1), 1, &blob), Err(VaultError::Tampered)),
        "another key"
    );
    let renamed = Sealed {
        key_id: "k2".to_owned(),
        ..blob.clone()
    };
    assert!(
        matches!(open(&WRAP, credential(1), 1, &renamed), Err(VaultError::Tampered)),
        "another key id"
    );
    let other = sealed("other");
    let mixed = Sealed {
        ciphertext: other.ciphertext,
        value_nonce: other.value_nonce,
        ..blob
    };
    assert!(
        matches!(open(&WRAP, credential(1), 1, &mixed), Err(VaultError::Tampered)),
        "another data key"
    );
}

#[test]
fn a_rewrapped_value_opens_with_the_new_key_only_and_keeps_its_bytes() {
    let before = sealed("canary");
    let old = DataKey {
        wrapped_key: before.wrapped_key.clone(),
        key_nonce: before.key_nonce.clone(),
        key_id: before.key_id.clone(),
    };
    let new = rewrap(&WRAP, ("k2", &[8; 32]), credential(1), 1, &old).unwrap();
    assert_ne!(new.key_nonce, old.key_nonce);
    let after = Sealed {
        wrapped_key: new.wrapped_key,
        key_nonce: new.key_nonce,
        key_id: new.key_id,
        ..before
    };
    assert_eq!(open(&[8; 32], credential(1), 1, &after).unwrap().expose(), "canary");
    assert!(open(&WRAP, credential(1), 1, &after).is_err());
    assert!(
        rewrap(&[8; 32], ("k3", &WRAP), credential(1), 1, &old).is_err(),
        "the wrong old key"
    );
    assert!(
        rewrap(&WRAP, ("k3", &WRAP), credential(2), 1, &old).is_err(),
        "another credential"
    );
}

#[test]
fn an_unknown_format_is_told_apart() {
    let mut blob = sealed("canary");
    blob.wrapped_key[0] = 2;
    assert!(matches!(
        open(&WRAP, credential(1), 1, &blob),
        Err(VaultError::UnknownFormat)
    ));
}

#[test]
fn nothing_of_a_sealed_value_is_printed() {
    assert_eq!(format!("{:?}", sealed("canary")), "Sealed { key_id: \"k1\", .. }");
}
