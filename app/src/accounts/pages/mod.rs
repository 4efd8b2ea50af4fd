//! The pages of people who are not signed in. They are plain forms and work without the module.

mod frame;
mod set_up;
mod sign_in;

pub use set_up::SetUpPage;
pub use sign_in::SignInPage;
