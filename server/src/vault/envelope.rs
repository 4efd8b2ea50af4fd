//! The byte format of sealed values. See the module above for the layout.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use contract::credentials::CredentialId;
use contract::secret::SecretValue;
use zeroize::{Zeroize as _, Zeroizing};

use crate::db::DbError;

const FORMAT: u8 = 1;
/// Ciphertexts tell the length of a value in steps of this many bytes.
const STEP: usize = 64;
const LENGTH_PREFIX: usize = 4;
/// The tag of AES-GCM.
const TAG: usize = 16;

/// The sealed value of one version, as the database keeps it.
#[derive(Clone, sqlx::FromRow)]
pub struct Sealed {
    /// The sealed value.
    pub ciphertext: Vec<u8>,
    /// The nonce of the value.
    pub value_nonce: Vec<u8>,
    /// The sealed data key.
    pub wrapped_key: Vec<u8>,
    /// The nonce of the data key.
    pub key_nonce: Vec<u8>,
    /// The key of the keyring that wraps the data key.
    pub key_id: String,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealed")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The keyring does not hold the key.
    #[error("the keyring does not contain the key {0}")]
    UnknownKey(String),
    /// The bytes were changed, belong to another row, or the key is another one.
    #[error("a value cannot be decrypted")]
    Tampered,
    /// The bytes begin with a format that this build does not know.
    #[error("a value has an encryption format that this build does not support")]
    UnknownFormat,
    /// The system gave no random numbers.
    #[error("the system returned no random numbers")]
    Random,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Fresh random bytes.
pub(super) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| VaultError::Random)?;
    Ok(bytes)
}

/// Seals a value under a fresh data key.
pub(super) fn seal(
    key_id: &str,
    wrap_key: &[u8; 32],
    credential: CredentialId,
    version: i64,
    value: &SecretValue,
) -> Result<Sealed, VaultError> {
    let data_key = Zeroizing::new(random::<32>()?);
    let value_nonce = random::<12>()?;
    let key_nonce = random::<12>()?;
    #[expect(clippy::disallowed_methods, reason = "the vault seals values")]
    let padded = pad(value.expose().as_bytes());
    Ok(Sealed {
        ciphertext: encrypt(&data_key, &value_nonce, &padded, &value_aad(credential, version))?,
        wrapped_key: encrypt(
            wrap_key,
            &key_nonce,
            &data_key[..],
            &data_key_aad(credential, version, key_id),
        )?,
        value_nonce: value_nonce.to_vec(),
        key_nonce: key_nonce.to_vec(),
        key_id: key_id.to_owned(),
    })
}

/// Opens a sealed value.
pub(super) fn open(
    wrap_key: &[u8; 32],
    credential: CredentialId,
    version: i64,
    sealed: &Sealed,
) -> Result<SecretValue, VaultError> {
    let aad = data_key_aad(credential, version, &sealed.key_id);
    let data_key = decrypt(wrap_key, &sealed.key_nonce, &sealed.wrapped_key, &aad)?;
    let data_key: &[u8; 32] = data_key.as_slice().try_into().map_err(|_| VaultError::Tampered)?;
    let padded = decrypt(
        data_key,
        &sealed.value_nonce,
        &sealed.ciphertext,
        &value_aad(credential, version),
    )?;
    let value = unpad(&padded).ok_or(VaultError::Tampered)?;
    let text = String::from_utf8(value.to_vec()).map_err(|error| {
        error.into_bytes().zeroize();
        VaultError::Tampered
    })?;
    Ok(SecretValue::new(text))
}

/// The data key of a value as the database keeps it, without the value.
#[derive(Clone, sqlx::FromRow)]
pub struct DataKey {
    /// The sealed data key.
    pub wrapped_key: Vec<u8>,
    /// The nonce of the data key.
    pub key_nonce: Vec<u8>,
    /// The key of the keyring that wraps the data key.
    pub key_id: String,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataKey")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Wraps a data key with another key. The value that it seals is not touched, nor looked at.
pub(super) fn rewrap(
    old_key: &[u8; 32],
    (new_id, new_key): (&str, &[u8; 32]),
    credential: CredentialId,
    version: i64,
    old: &DataKey,
) -> Result<DataKey, VaultError> {
    let aad = data_key_aad(credential, version, &old.key_id);
    let data_key = decrypt(old_key, &old.key_nonce, &old.wrapped_key, &aad)?;
    let nonce = random::<12>()?;
    Ok(DataKey {
        wrapped_key: encrypt(new_key, &nonce, &data_key, &data_key_aad(credential, version, new_id))?,
        key_nonce: nonce.to_vec(),
        key_id: new_id.to_owned(),
    })
}

fn encrypt(key: &[u8; 32], nonce: &[u8; 12], message: &[u8], aad: &[u8]) -> Result<Vec<u8>, VaultError> {
    let sealed = Aes256Gcm::new(key.into())
        .encrypt(&Nonce::from(*nonce), Payload { msg: message, aad })
        .map_err(|_| VaultError::Tampered)?;
    let mut blob = Vec::with_capacity(1 + sealed.len());
    blob.push(FORMAT);
    blob.extend_from_slice(&sealed);
    Ok(blob)
}

fn decrypt(key: &[u8; 32], nonce: &[u8], blob: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (&format, sealed) = blob.split_first().ok_or(VaultError::Tampered)?;
    if format != FORMAT {
        return Err(VaultError::UnknownFormat);
    }
    let nonce: [u8; 12] = nonce.try_into().map_err(|_| VaultError::Tampered)?;
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Tampered)
}

/// How many bytes the sealed value takes.
pub fn sealed_bytes(value: &SecretValue) -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the vault seals values")]
    let padded = (LENGTH_PREFIX + value.expose().len()).next_multiple_of(STEP);
    i64::try_from(1 + padded + TAG).unwrap_or(i64::MAX)
}

fn pad(value: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = (LENGTH_PREFIX + value.len()).next_multiple_of(STEP);
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    let prefix = u32::try_from(value.len()).unwrap_or(u32::MAX);
    padded.extend_from_slice(&prefix.to_be_bytes());
    padded.extend_from_slice(value);
    padded.resize(length, 0);
    padded
}

fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (prefix, rest) = padded.split_first_chunk::<LENGTH_PREFIX>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*prefix)).ok()?)
}

fn value_aad(credential: CredentialId, version: i64) -> Vec<u8> {
    parts(&[&[FORMAT], b"value", credential.0.as_bytes(), &version.to_be_bytes()])
}

fn data_key_aad(credential: CredentialId, version: i64, key_id: &str) -> Vec<u8> {
    parts(&[
        &[FORMAT],
        b"data-key",
        credential.0.as_bytes(),
        &version.to_be_bytes(),
        key_id.as_bytes(),
    ])
}

fn parts(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}
