//! Masks against their definition, along programs, beside them and behind them; what they allow is a program.

use std::sync::{Arc, LazyLock};

use langlet_core::Langlet;
use langlet_core::complete::{Completions, Constraint, Limits, Masks, Recognizer};
use langlet_core::generate::Chance;
use langlet_test_support::fixture::{fixtures, workspace};
use langlet_test_support::masks::{BLANKS, Definition, choose, hard_vocabulary};
use langlet_test_support::program::Programs;
use langlet_test_support::strategy::choices;
use proptest::prelude::*;

use super::completion::BIP;

/// A langlet with what is asked of it.
struct Subject {
    langlet: Langlet,
    programs: Programs,
    completions: Completions,
    masks: Arc<Masks>,
    /// The same masks, dropped again and again.
    forgetful: Arc<Masks>,
    definition: Definition,
}

static SUBJECTS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let langlets = [BIP].map(Langlet::root).into_iter().chain(crate::BUILT_IN.map(crate::langlet));
    langlets.map(subject).collect()
});

fn subject(langlet: Langlet) -> Subject {
    let recognizer = Recognizer::new(&langlet, langlet.start());
    let vocabulary = Arc::new(hard_vocabulary(&langlet));
    let little = Limits { memory: 1 << 20, ..Limits::default() };
    Subject {
        programs: Programs::new(&langlet),
        completions: recognizer.completions(&langlet),
        masks: Masks::with_limits(&recognizer, vocabulary.clone(), Limits::default()),
        forgetful: Masks::with_limits(&recognizer, vocabulary.clone(), little),
        definition: Definition::new(vocabulary),
        langlet,
    }
}

impl Subject {
    fn check(&self, constraint: &mut Constraint) -> Result<(), TestCaseError> {
        match self.definition.difference(constraint) {
            None => Ok(()),
            Some(difference) => Err(TestCaseError::fail(format!("{} {difference}", self.langlet.name()))),
        }
    }

    /// An entry that the mask allows, by chance.
    fn allowed(&self, constraint: &mut Constraint, chance: &mut Chance) -> Option<u32> {
        let mut mask = vec![0; self.masks.vocabulary().n_words()];
        constraint.mask(&mut mask).expect("masks of langlets are within the limits");
        choose(&mask, chance)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// At up to two dozen places of a program with blanks, comments and line ends thrown in; and behind entries taken by chance, taken
    /// back, and taken on a fork.
    #[test]
    fn masks_are_those_of_the_definition(choices in choices(120), seed in any::<u64>()) {
        let mut chance = Chance::new(seed);
        for subject in SUBJECTS.iter() {
            let program = subject.programs.program(&choices);
            let mut constraint = if chance.below(4) == 0 { &subject.forgetful } else { &subject.masks }.constraint();
            let step = 1 + program.len() as u32 / 24;
            for byte in program.bytes() {
                if chance.below(8) == 0 {
                    // In some places it is another text from here on, or none.
                    let _ = constraint.push(BLANKS[chance.below(BLANKS.len() as u32) as usize].as_bytes());
                }
                if chance.below(step) == 0 {
                    subject.check(&mut constraint)?;
                }
                if constraint.accept(u32::from(byte)).is_err() {
                    break;
                }
            }
            for _ in 0..24 {
                subject.check(&mut constraint)?;
                match chance.below(6) {
                    0 => constraint.rollback(chance.below(6) as usize),
                    1 => constraint = constraint.fork(),
                    _ => match subject.allowed(&mut constraint, &mut chance) {
                        Some(id) => prop_assert_eq!(constraint.accept(id), Ok(())),
                        None => constraint.rollback(4),
                    },
                }
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// No program is refused: its entries are in the masks, and behind the last one the sequence may end.
    #[test]
    fn programs_are_never_refused(choices in choices(160), seed in any::<u64>()) {
        let mut chance = Chance::new(seed);
        for subject in SUBJECTS.iter() {
            let program = subject.programs.program(&choices);
            let cut = chance.below(program.len() as u32 + 1) as usize;
            // The longest entries from the beginning, and from some place on.
            let vocabulary = subject.masks.vocabulary();
            for texts in [[&program[..], ""], [&program[..cut], &program[cut..]]] {
                let entries = texts.map(|text| vocabulary.tokenize(text.as_bytes()).expect("an entry for each byte"));
                subject.takes_whole(&entries.concat())?;
            }
        }
    }
}

impl Subject {
    /// Takes the entries, each of which the mask has, and what ends the sequence.
    fn takes_whole(&self, entries: &[u32]) -> Result<(), TestCaseError> {
        let vocabulary = self.masks.vocabulary();
        let mut constraint = self.masks.constraint();
        let mut mask = vec![0; vocabulary.n_words()];
        for &id in entries.iter().chain(vocabulary.end_of_sequence()) {
            prop_assert_eq!(constraint.mask(&mut mask), Ok(()));
            let behind = || format!("{}: behind {}", self.langlet.name(), constraint.prefix().bytes().escape_ascii());
            let shown = vocabulary.bytes(id).map(<[u8]>::escape_ascii);
            prop_assert!(mask[id as usize / 32] >> (id % 32) & 1 == 1, "{}: {:?} is not in the mask", behind(), shown);
            prop_assert_eq!(constraint.accept(id), Ok(()));
        }
        prop_assert!(constraint.has_ended());
        Ok(())
    }
}

/// The cases of the langlets that are programs, with each division into entries that ends where a line does.
#[test]
fn cases_are_never_refused() {
    let mut n_cases = 0;
    for subject in SUBJECTS.iter().skip(1) {
        let folder = format!("langlets/{}/cases", subject.langlet.name());
        // A dialect has its cases among those of its langlet.
        if !workspace(&folder).exists() {
            continue;
        }
        for fixture in fixtures(&folder) {
            for input in fixture.inputs().filter(|input| subject.langlet.parse(&*input.text).is_ok()) {
                let entries =
                    subject.masks.vocabulary().tokenize(input.text.as_bytes()).expect("an entry for each byte");
                subject.takes_whole(&entries).unwrap();
                n_cases += 1;
            }
        }
    }
    assert!(n_cases > 25, "{n_cases} cases are programs");
}

/// What masks allow up to the end is a program: entries by chance for a while; then the end as soon as it is allowed, or the
/// shortest completion. On the way some entry is always allowed, and the end exactly where the text is a program.
#[test]
fn what_masks_allow_is_a_program() {
    for subject in SUBJECTS.iter() {
        let end = subject.masks.vocabulary().end_of_sequence()[0];
        let mut n_ended = 0;
        for seed in 0..N_WALKS {
            let mut chance = Chance::new(seed);
            let mut constraint = subject.masks.constraint();
            let n_entries = chance.below(30);
            for _ in 0..n_entries {
                let mut id = subject.allowed(&mut constraint, &mut chance).expect("there is a way on");
                if id == end {
                    id = subject.allowed(&mut constraint, &mut chance).expect("there is a way on");
                }
                constraint.accept(id).unwrap();
                if let Ok(text) = String::from_utf8(constraint.prefix().bytes()) {
                    let parses = subject.langlet.parse(&*text).is_ok();
                    assert_eq!(constraint.is_complete(), parses, "{}: {text:?}", subject.langlet.name());
                }
                if constraint.has_ended() {
                    n_ended += 1;
                    break;
                }
            }
            if !constraint.is_complete() {
                let shortest = subject.completions.shortest(constraint.prefix());
                let shown = || constraint.prefix().bytes().escape_ascii().to_string();
                let shortest = shortest.unwrap_or_else(|| panic!("{}: {} ends", subject.langlet.name(), shown()));
                constraint.push(&shortest).unwrap();
            }
            let text = String::from_utf8(constraint.prefix().bytes()).expect("programs are texts");
            if let Err(error) = subject.langlet.parse(&*text) {
                panic!("{}: {text:?} is a program: {error}", subject.langlet.name());
            }
        }
        assert!(n_ended < N_WALKS, "{}: walks go on", subject.langlet.name());
    }
}

/// Walks through each langlet.
const N_WALKS: u64 = 24;
