//! What forms have in common that lead a credential to another server: a test before saving, and the consent to a host
//! that the credential was not sent to before.

mod allow_host;
mod connection_test;
mod credential_cell;
mod delete_dialog;
mod fact;
mod failure;
mod loading;
mod messages;
mod panel;
mod record;
mod record_name;
mod take_over;
mod test_dialog;
mod test_state;

pub(crate) use allow_host::{AllowHost, Consent, PlainWarning};
pub(crate) use connection_test::ConnectionTest;
pub(crate) use credential_cell::CredentialCell;
pub(crate) use delete_dialog::DeleteDialog;
pub(crate) use fact::fact;
pub(crate) use failure::{error_words, words};
pub(crate) use loading::LoadingBody;
pub(crate) use messages::milliseconds;
pub(crate) use panel::{Headline, HeadlineLine, TestButton, TestPanel};
pub(crate) use record::Record;
pub(crate) use record_name::RecordName;
pub(crate) use take_over::TakeOver;
pub(crate) use test_dialog::test_dialog;
pub(crate) use test_state::{Outcome, TestResponse, TestState};
