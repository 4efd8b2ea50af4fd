//! Messages of model bindings.

include!(concat!(env!("OUT_DIR"), "/messages/model_bindings.rs"));

pub fn delete_means(credential: Option<&str>) -> String {
    credential.map_or_else(|| delete_means_without().to_owned(), delete_means_with)
}
