//! Contrasts of the style's colours (WCAG 2.2: text 4.5:1, borders and other cues 3:1), in both themes.

const TOKENS: &str = include_str!("../../../style/00-tokens.css");

/// Which half of `light-dark()`.
#[derive(Clone, Copy, Debug)]
enum Theme {
    Light,
    Dark,
}

fn colour(token: &str, theme: Theme) -> Option<[f64; 3]> {
    let declaration = TOKENS.split_once(&format!("--{token}: light-dark("))?.1;
    let (light, dark) = declaration.split_once(')')?.0.split_once(", ")?;
    let hex = match theme {
        Theme::Light => light,
        Theme::Dark => dark,
    };
    let part = |at: usize| {
        let byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
        let channel = f64::from(byte) / 255.0;
        Some(if channel <= 0.040_45 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        })
    };
    Some([part(1)?, part(3)?, part(5)?])
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[track_caller]
fn assert_contrast(front: &str, backs: &[&str], at_least: f64) {
    for theme in [Theme::Light, Theme::Dark] {
        for back in backs {
            let found = colour(front, theme)
                .zip(colour(back, theme))
                .map(|(a, b)| contrast(a, b));
            assert!(
                found.is_some_and(|found| found >= at_least),
                "{front} on {back}, {theme:?}: {found:?}, not {at_least}"
            );
        }
    }
}

#[test]
fn text_can_be_read_on_every_ground() {
    let grounds = &["bg", "surface", "raised", "sunken", "hover"];
    for text in ["text", "muted", "faint"] {
        assert_contrast(text, grounds, 4.5);
    }
    assert_contrast("accent", &["bg", "surface", "raised", "hover", "accent-soft"], 4.5);
    assert_contrast("danger", &["surface", "raised", "danger-soft"], 4.5);
    assert_contrast("warn", &["surface", "raised", "warn-soft"], 4.5);
    assert_contrast("on-accent", &["accent", "accent-hover"], 4.5);
    assert_contrast("on-danger", &["danger", "danger-hover"], 4.5);
    assert_contrast("on-inverse", &["inverse"], 4.5);
}

#[test]
fn borders_of_controls_and_the_focus_can_be_seen() {
    let grounds = &["bg", "surface", "raised"];
    for cue in ["line-field", "line-strong", "focus", "danger", "accent"] {
        assert_contrast(cue, grounds, 3.0);
    }
}
