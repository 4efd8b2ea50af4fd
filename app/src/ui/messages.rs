//! Messages of the components that belong to no feature.

include!(concat!(env!("OUT_DIR"), "/messages/ui.rs"));
