//! Help: texts of `docs/`, rendered by the server, readable without signing in and without scripts.

pub mod messages;

use crate::page_table::page_table;

macro_rules! topics {
    (signed_out $alone:tt signed_in $pages:tt topics { $($topic:ident($file:literal, $($message:ident)*))* }) => {
        /// A text of the help.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum HelpTopic {
            $($topic,)*
        }

        impl HelpTopic {
            /// All of them, in the order of the index.
            pub const ALL: &[Self] = &[$(Self::$topic,)*];

            /// The name of its file, and the last part of its address.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$topic => $file,)*
                }
            }
        }
    };
}
page_table!(topics);

impl HelpTopic {
    pub fn href(self) -> String {
        format!("/help/{}", self.slug())
    }

    /// The topic at an address.
    pub fn at(path: &str) -> Option<Self> {
        let slug = path.strip_prefix("/help/")?;
        Self::ALL.iter().copied().find(|topic| topic.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::HelpTopic;

    #[test]
    fn each_topic_is_found_at_its_address() {
        for &topic in HelpTopic::ALL {
            assert_eq!(HelpTopic::at(&topic.href()), Some(topic));
        }
        assert_eq!(HelpTopic::at("/help/x"), None);
        assert_eq!(HelpTopic::at("/help"), None);
    }
}
