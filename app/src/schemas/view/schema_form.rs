//! The component that shows a generated form.

use leptos::prelude::*;

use super::FormHandle;
use super::fields::fields;

/// The fields of any [`Form`](contract::schemas::Form): for the inside of a form or a dialog.
///
/// ```ignore
/// #[component]
/// fn WebhookForm(schema: Form, on_save: Callback<Value>) -> impl IntoView {
///     let form = FormHandle::new(schema, "webhook");
///     // Everything is checked; the focus goes to the first wrong field.
///     let save = Callback::new(move |()| {
///         if let Some(value) = form.submit() {
///             on_save.run(value);
///         }
///     });
///     view! {
///         <DialogForm on_submit=save>
///             <DialogBody>
///                 <SchemaForm form/>
///             </DialogBody>
///             <DialogFooter busy=false/>
///         </DialogForm>
///     }
/// }
/// ```
///
/// What the server refuses goes to its fields with [`FormHandle::show_problem`]. The picker of a credential says that
/// its value will go to the first address of the form; [`FormHandle::leading_to`] says otherwise.
///
/// The likeliest mistake: two forms on a page with the same id.
#[component]
pub fn SchemaForm(
    /// What stands in it.
    form: FormHandle,
) -> impl IntoView {
    view! { <div class="schema-fields">{fields(form, "", None)}</div> }
}
