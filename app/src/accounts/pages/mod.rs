//! The pages of people who are not signed in, plain forms that work without the module; and the page of one's own
//! account.

mod account;
mod frame;
mod set_up;
mod sign_in;
mod token;
mod welcome;

pub use account::AccountPage;
pub use set_up::SetUpPage;
pub use sign_in::SignInPage;
pub use welcome::WelcomePage;
