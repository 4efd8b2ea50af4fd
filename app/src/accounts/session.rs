//! The session as the page knows it.

use contract::accounts::{Action, Me, Resource, UserId};
use leptos::prelude::*;

use crate::ui::list::SessionEnded;

/// Who is signed in; a newtype, so that the context cannot be mistaken.
#[derive(Clone)]
struct SignedIn(Option<Me>);

/// One's own name; it changes while the page lives.
#[derive(Clone, Copy)]
struct OwnName(RwSignal<String>);

/// Puts who is signed in into context: known to the server, and carried over to the browser with the
/// page. It does not change while the page lives, but for the name: signing in and out load a page.
pub fn provide_me(known_to_server: impl FnOnce() -> Option<Me>) {
    let me = SharedValue::new(known_to_server).into_inner();
    let name = me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    provide_context(OwnName(RwSignal::new(name)));
    provide_context(SignedIn(me));
}

/// One's own name, as it is now.
pub fn own_name() -> RwSignal<String> {
    use_context::<OwnName>().map_or_else(|| RwSignal::new(String::new()), |OwnName(name)| name)
}

/// Who is signed in.
pub fn use_me() -> Option<Me> {
    use_context::<SignedIn>().and_then(|signed_in| signed_in.0)
}

/// Whether the signed-in person may do something with records of an owner (`None`: with any at all).
pub fn may(resource: Resource, action: Action, owner: Option<UserId>) -> bool {
    use_me().is_some_and(|me| me.may(resource, action, owner))
}

/// Lets lists leave for the sign-in page when a read finds that the session has ended.
pub fn provide_session_ended() {
    provide_context(SessionEnded(Callback::new(|()| leave_for_sign_in())));
}

/// Loads the sign-in page, which leads back here.
fn leave_for_sign_in() {
    let location = window().location();
    let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    let next: String = percent_encoding::utf8_percent_encode(&here, percent_encoding::NON_ALPHANUMERIC).collect();
    // Fails only while the page is being left already.
    let _ = location.assign(&format!("/sign-in?next={next}"));
}

#[cfg(target_arch = "wasm32")]
const CHANNEL: &str = "strongroom-session";

/// Whether this tab ended the session: its own listener hears the message, too, and must not answer it.
#[cfg(target_arch = "wasm32")]
static ENDED_HERE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Tells the other tabs that the session ends here.
pub fn tell_other_tabs() {
    #[cfg(target_arch = "wasm32")]
    ENDED_HERE.store(true, std::sync::atomic::Ordering::Relaxed);
    #[cfg(target_arch = "wasm32")]
    if let Ok(channel) = web_sys::BroadcastChannel::new(CHANNEL) {
        // Nobody listening is fine.
        let _ = channel.post_message(&wasm_bindgen::JsValue::from_str("signed-out"));
    }
}

/// Leaves this tab, with everything typed into it, when another tab signs out.
pub fn leave_when_signed_out() {
    #[cfg(target_arch = "wasm32")]
    Effect::new(|| {
        use wasm_bindgen::{JsCast, prelude::Closure};
        let Ok(channel) = web_sys::BroadcastChannel::new(CHANNEL) else {
            return;
        };
        let dialogs = crate::ui::use_dialogs();
        let heard = Closure::<dyn Fn()>::new(move || {
            if ENDED_HERE.load(std::sync::atomic::Ordering::Relaxed) {
                return;
            }
            // Nothing may ask whether to keep what was typed.
            dialogs.abandon();
            let _ = window().location().replace("/sign-in");
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        let kept = StoredValue::new_local((channel, heard));
        on_cleanup(move || {
            if let Some(channel) = kept.try_update_value(|kept| kept.0.clone()) {
                channel.close();
            }
        });
    });
}
