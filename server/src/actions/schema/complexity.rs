//! How much work a schema makes. A few references unfold to more parts than anybody can look at, so that is
//! found out before a schema is taken, and for each answer before it is checked.

use std::collections::HashMap;

use serde_json::Value;

use super::schema_graph::{At, Graph, width};

/// The most parts that the references of a schema unfold to.
const MAX_PARTS: u64 = 10_000;

/// How many parts lead into each other. Each is a few frames on the stack of a thread.
const MAX_DEPTH: usize = 500;

/// How much work the check of one answer may make.
const MAX_STEPS: u64 = 1_000_000;

/// So many characters that a pattern looks at are a step.
const CHARS_OF_A_STEP: u64 = 4;

/// Why a schema is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooComplex {
    /// Its references unfold to too much.
    TooLarge,
    /// A part leads to itself and looks at the same value again.
    Circle,
}

#[derive(Clone, Copy)]
struct Unfolded {
    parts: u64,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Mark {
    Open,
    Done(Unfolded),
}

impl Graph {
    /// Whether the schema can be followed to its end. One that recurs into what is inside of a value may: how
    /// often it does is up to the answer.
    pub(super) fn check(&self) -> Result<(), TooComplex> {
        let whole = self.unfold(0, 0, &mut vec![None; self.0.len()])?;
        if whole.parts > MAX_PARTS {
            return Err(TooComplex::TooLarge);
        }
        let mut marks = vec![None; self.0.len()];
        (0..self.0.len()).try_for_each(|index| self.find_circle(index, &mut marks))
    }

    fn unfold(&self, index: usize, above: usize, marks: &mut Vec<Option<Mark>>) -> Result<Unfolded, TooComplex> {
        if above >= MAX_DEPTH {
            return Err(TooComplex::TooLarge);
        }
        match marks[index] {
            Some(Mark::Open) => return Ok(Unfolded { parts: 1, depth: 1 }),
            Some(Mark::Done(unfolded)) if above + unfolded.depth > MAX_DEPTH => return Err(TooComplex::TooLarge),
            Some(Mark::Done(unfolded)) => return Ok(unfolded),
            None => marks[index] = Some(Mark::Open),
        }
        let node = &self.0[index];
        let mut unfolded = Unfolded { parts: 1, depth: 1 };
        for (at, part) in &node.parts {
            let inner = self.unfold(*part, above + 1, marks)?;
            let times = times(node.looks_twice, at);
            unfolded.parts = unfolded.parts.saturating_add(inner.parts.saturating_mul(times));
            unfolded.depth = unfolded.depth.max(inner.depth + 1);
        }
        marks[index] = Some(Mark::Done(unfolded));
        Ok(unfolded)
    }

    /// Looks for a way back that never goes into a value. It is no longer than the unfolding, which was measured.
    fn find_circle(&self, index: usize, marks: &mut Vec<Option<bool>>) -> Result<(), TooComplex> {
        match marks[index] {
            Some(true) => return Err(TooComplex::Circle),
            Some(false) => return Ok(()),
            None => marks[index] = Some(true),
        }
        for (_, part) in self.0[index].parts.iter().filter(|(at, _)| *at == At::Here) {
            self.find_circle(*part, marks)?;
        }
        marks[index] = Some(false);
        Ok(())
    }

    /// About how many steps it takes to check this value; nothing where that is too much.
    pub(super) fn steps(&self, value: &Value) -> Option<u64> {
        let mut count = Count {
            graph: self,
            known: HashMap::new(),
        };
        count.steps(0, value, 0)
    }
}

/// What a part is looked at again for.
fn times(looks_twice: bool, at: &At) -> u64 {
    if looks_twice && *at == At::Here { 2 } else { 1 }
}

struct Count<'a> {
    graph: &'a Graph,
    /// Each part with each value is counted once, however often it is met.
    known: HashMap<(usize, *const Value), u64>,
}

impl Count<'_> {
    fn steps(&mut self, index: usize, value: &Value, above: usize) -> Option<u64> {
        let place = (index, std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&place) {
            return Some(*known);
        }
        let counted = u64::try_from(self.known.len()).unwrap_or(u64::MAX);
        if above >= MAX_DEPTH || counted > MAX_STEPS {
            return None;
        }
        let graph = self.graph;
        let node = &graph.0[index];
        let mut steps = node.weight + width(value) + node.patterns * text(value) / CHARS_OF_A_STEP;
        for (at, part) in &node.parts {
            let inner = match at {
                At::Here => self.steps(*part, value, above + 1)?,
                At::Key(name) => self.inside(*part, value.get(name), above)?,
                At::Index(index) => self.inside(*part, value.get(index), above)?,
                At::Each => match value {
                    Value::Array(items) => self.inside(*part, items, above)?,
                    Value::Object(fields) => self.inside(*part, fields.values(), above)?,
                    _ => 0,
                },
            };
            steps = steps.saturating_add(inner.saturating_mul(times(node.looks_twice, at)));
            if steps > MAX_STEPS {
                return None;
            }
        }
        self.known.insert(place, steps);
        (steps <= MAX_STEPS).then_some(steps)
    }

    fn inside<'v>(&mut self, part: usize, values: impl IntoIterator<Item = &'v Value>, above: usize) -> Option<u64> {
        values.into_iter().try_fold(0_u64, |sum, value| {
            let sum = sum.saturating_add(self.steps(part, value, above + 1)?);
            (sum <= MAX_STEPS).then_some(sum)
        })
    }
}

/// How much of a value patterns look at.
fn text(value: &Value) -> u64 {
    let bytes = match value {
        Value::String(text) => text.len(),
        Value::Object(fields) => fields.keys().map(String::len).sum(),
        _ => 0,
    };
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Value) -> Result<(), TooComplex> {
        Graph::of(schema).unwrap().check()
    }

    /// Definitions of which each leads to the next one, as `part` says, up to the last one.
    fn chain(length: usize, part: impl Fn(Value) -> Value) -> Value {
        let mut defs = serde_json::Map::new();
        for at in 0..length {
            let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
            defs.insert(format!("d{at}"), part(next));
        }
        defs.insert(format!("d{length}"), json!({"type": "string"}));
        json!({"$defs": defs, "$ref": "#/$defs/d0"})
    }

    #[test]
    fn what_doubles_with_each_step_is_too_large() {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let doubling = chain(40, |next| json!({keyword: [next, next]}));
            assert_eq!(check(&doubling), Err(TooComplex::TooLarge), "{keyword}");
        }
        let apart = chain(40, |next| json!({"properties": {"a": next, "b": next}}));
        assert_eq!(check(&apart), Err(TooComplex::TooLarge));
        let left = chain(20, |next| json!({"allOf": [next], "unevaluatedProperties": false}));
        assert_eq!(check(&left), Err(TooComplex::TooLarge));
        assert_eq!(check(&chain(2_000, |next| next)), Err(TooComplex::TooLarge));
        assert_eq!(check(&chain(200, |next| next)), Ok(()));
        assert_eq!(check(&chain(8, |next| json!({"allOf": [next, next]}))), Ok(()));
    }

    #[test]
    fn a_schema_may_recur_into_a_value_but_not_go_in_circles() {
        for tree in [
            json!({"items": {"$ref": "#"}}),
            json!({"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}),
            json!({"$defs": {"n": {"properties": {"next": {"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}]}}}},
                   "$ref": "#/$defs/n"}),
        ] {
            assert_eq!(check(&tree), Ok(()), "{tree}");
        }
        for circle in [
            json!({"$ref": "#"}),
            json!({"properties": {"a": {"allOf": [{"$ref": "#/properties/a"}]}}}),
            // Met first on a way that goes into a value.
            json!({"$defs": {"a": {"items": {"$ref": "#/$defs/b"}, "not": {"$ref": "#/$defs/b"}},
                             "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}),
        ] {
            assert_eq!(check(&circle), Err(TooComplex::Circle), "{circle}");
        }
    }

    #[test]
    fn an_answer_that_a_recursion_unfolds_is_too_much_work() {
        let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!({"a": inner}));
        let tree = Graph::of(&json!({"properties": {"a": {"$ref": "#"}}})).unwrap();
        assert!(tree.steps(&nested(100)).is_some_and(|steps| steps < 1_000));
        // Two ways lead to the same value, at each depth.
        let both = json!({"properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
        let both = Graph::of(&both).unwrap();
        assert_eq!(both.check(), Ok(()));
        assert!(both.steps(&nested(5)).is_some());
        assert_eq!(both.steps(&nested(60)), None);
    }

    #[test]
    fn long_texts_lists_and_choices_count() {
        let steps = |schema: Value, value: &Value| Graph::of(&schema).unwrap().steps(value);
        let text = json!("x".repeat(1_000_000));
        assert!(steps(json!({"pattern": "y"}), &text).is_some());
        let six = vec![json!({"pattern": "y"}); 6];
        assert_eq!(steps(json!({"allOf": six}), &text), None);
        let list = json!(vec![0; 100_000]);
        assert!(steps(json!({"items": {"type": "number"}}), &list).is_some());
        let choices: Vec<u32> = (0..100).collect();
        assert_eq!(steps(json!({"items": {"enum": choices}}), &list), None);
    }
}
