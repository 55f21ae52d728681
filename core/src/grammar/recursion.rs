//! Left recursion, read as the repetition that it is.
//!
//! The drivers and everything that walks the network from the left rely on a rule that does not begin with itself. So a rule
//! that does is given another right-hand side of the same language, in which the operands stand side by side:
//!
//! ```text
//! sum: sum '+' product | product          product ('+' product)*
//! e: e '*' e | e '!' | NUMBER             NUMBER ('*' NUMBER | '!')*
//! ```
//!
//! Rules that begin with each other are equations `X = X r | Y s | t`, linear on the left. All but one unknown are eliminated, each as
//! `X = (Y s | t) r*`, and the last is solved the same way; so the parts of the others that it begins with become parts of its own.
//! A repeated part that ends with the rule itself would only say that an operator groups to either side: it ends with the operand `t`
//! instead, which gives the same texts once. A rule that may be empty and stands before the recursion becomes one that may not, and is
//! left out where it was empty.
//!
//! What the file says is kept for children, whose deltas are about that.
//!
//! Source: Arden (1961) for the equations; Moore (2000) on left recursion in general.

use std::sync::Arc;

use super::check::{corners, holds, place, productive_and_nullable};
use super::{Grammar, Rhs, Symbol};
use crate::diagnostic::Diagnostic;

/// How many symbols a right-hand side may get; what is longer is refused.
const MOST_SYMBOLS: usize = 4_000;

/// Gives left-recursive rules their other form. The grammar is without mistakes and no rule derives itself alone. A warning says what
/// was done.
///
/// # Errors
/// The rules whose other form would be too long, or that begin with a start rule that may be empty.
pub(crate) fn eliminate(grammar: &mut Grammar) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    if !is_left_recursive(grammar) {
        return Ok(Vec::new());
    }
    let before = grammar.clone();
    require_tokens(grammar)?;
    let mut solved: Vec<(Symbol, Rhs)> = Vec::new();
    let mut errors = Vec::new();
    let circles = Circles::new(grammar);
    for &rule in grammar.rules.keys().filter(|&&rule| circles.is_in_one(rule)) {
        match solve(grammar, &circles, rule) {
            Some(rhs) => solved.push((rule, rhs)),
            None => {
                let name = grammar.symbols.name(rule);
                let message = format!("`{name}` is left-recursive in too many ways to be read as a repetition");
                errors.push(
                    Diagnostic::error(&grammar.source, place(grammar, rule), message)
                        .help("write it as a repetition, such as `sum: product ('+' product)*`"),
                );
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for (rule, rhs) in solved {
        set(grammar, rule, rhs);
    }
    if is_left_recursive(grammar) {
        let message = "a rule that is always empty stands before a left recursion";
        let error = Diagnostic::error(&grammar.source, grammar.file.name.span, message);
        return Err(vec![error.help("leave it out")]);
    }
    let mut names = Vec::new();
    let mut forms = Vec::new();
    let mut first = None;
    for (&rule, definition) in &before.rules {
        let rhs = &grammar.rules[&rule].rhs;
        if *rhs == definition.rhs {
            continue;
        }
        grammar.written.insert(rule, definition.rhs.clone());
        let is_inherited = |parent: &Arc<Grammar>| parent.written.get(&rule) == Some(&definition.rhs);
        if circles.is_in_one(rule) && !grammar.parent.as_ref().is_some_and(is_inherited) {
            let name = grammar.symbols.name(rule);
            names.push(format!("`{name}`"));
            forms.push(format!("`{name}: {}`", rhs.display(&grammar.symbols)));
            first = first.or(Some(rule));
        }
    }
    let Some(first) = first else { return Ok(Vec::new()) };
    let message = match names.split_last() {
        Some((last, [])) => format!("{last} is left-recursive; it is read as a repetition, and its trees are flat"),
        Some((last, others)) => {
            let others = others.join(", ");
            format!("{others} and {last} are left-recursive; they are read as repetitions, and their trees are flat")
        }
        None => unreachable!("there is a first"),
    };
    let warning = Diagnostic::warning(&grammar.source, place(grammar, first), message);
    Ok(vec![warning.help(format!("write it so: {}", forms.join("; ")))])
}

fn set(grammar: &mut Grammar, rule: Symbol, rhs: Rhs) {
    let mut definition = grammar.rules[&rule].clone();
    definition.rhs = Arc::new(rhs);
    grammar.rules.insert(rule, definition);
}

/// The rules that each rule can begin with.
fn beginnings(grammar: &Grammar) -> Vec<Vec<Symbol>> {
    let (_, nullable) = productive_and_nullable(grammar);
    let mut begins = vec![Vec::new(); grammar.symbols.len()];
    for (&rule, definition) in &grammar.rules {
        let mut found = Vec::new();
        corners(&definition.rhs, &nullable, &mut found);
        let rules = found.into_iter().map(|(symbol, _)| symbol).filter(|&symbol| grammar.symbols.is_rule(symbol));
        begins[rule.index()] = rules.collect();
    }
    begins
}

fn is_left_recursive(grammar: &Grammar) -> bool {
    // Rules that begin with none that is left are taken away until none is left, or only circles and what leads to them.
    let begins = beginnings(grammar);
    let mut n_left: Vec<usize> = begins.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<Symbol>> = vec![Vec::new(); begins.len()];
    for &rule in grammar.rules.keys() {
        begins[rule.index()].iter().for_each(|used| users[used.index()].push(rule));
    }
    let mut work: Vec<Symbol> = grammar.rules.keys().copied().filter(|rule| n_left[rule.index()] == 0).collect();
    let mut n_gone = 0;
    while let Some(rule) = work.pop() {
        n_gone += 1;
        for user in &users[rule.index()] {
            n_left[user.index()] -= 1;
            if n_left[user.index()] == 0 {
                work.push(*user);
            }
        }
    }
    n_gone < grammar.rules.len()
}

/// Which rules begin with each other.
struct Circles {
    /// `reached[rule]`: whether each symbol is a rule that it can begin with, at any depth.
    reached: Vec<Vec<bool>>,
}

impl Circles {
    fn new(grammar: &Grammar) -> Circles {
        let begins = beginnings(grammar);
        let reached = (0..begins.len()).map(|from| {
            let mut reached = vec![false; begins.len()];
            let mut work = begins[from].clone();
            while let Some(at) = work.pop() {
                if !std::mem::replace(&mut reached[at.index()], true) {
                    work.extend(&begins[at.index()]);
                }
            }
            reached
        });
        Circles { reached: reached.collect() }
    }

    fn is_in_one(&self, rule: Symbol) -> bool {
        self.reached[rule.index()][rule.index()]
    }

    fn are_in_one(&self, left: Symbol, right: Symbol) -> bool {
        self.reached[left.index()][right.index()] && self.reached[right.index()][left.index()]
    }
}

/// Makes each rule at least one token long that may be empty before a recursion.
fn require_tokens(grammar: &mut Grammar) -> Result<(), Vec<Diagnostic>> {
    let (_, nullable) = productive_and_nullable(grammar);
    let circles = Circles::new(grammar);
    let mut marked: Vec<Symbol> = Vec::new();
    for (&rule, definition) in grammar.rules.iter().filter(|(rule, _)| circles.is_in_one(**rule)) {
        hiding(&definition.rhs, &nullable, &|symbol| circles.are_in_one(rule, symbol), &mut marked);
    }
    let mut index = 0;
    // What is empty where they are.
    while index < marked.len() {
        let rhs = grammar.rules[&marked[index]].rhs.clone();
        rhs.for_each_symbol(&mut |symbol| {
            if nullable[symbol.index()] && grammar.symbols.is_rule(symbol) && !marked.contains(&symbol) {
                marked.push(symbol);
            }
        });
        index += 1;
    }
    if let Some(&start) = marked.iter().find(|symbol| grammar.starts.contains(symbol)) {
        let name = grammar.symbols.name(start);
        let message = format!("the start rule `{name}` may be empty and stands before a left recursion");
        return Err(vec![
            Diagnostic::error(&grammar.source, place(grammar, start), message)
                .help(format!("let `{name}` be a rule of its own, such as `{name}: [rest]`, and use `rest` elsewhere")),
        ]);
    }
    if marked.is_empty() {
        return Ok(());
    }
    let rules: Vec<Symbol> = grammar.rules.keys().copied().collect();
    for rule in rules {
        let mut rhs = optional_where(&grammar.rules[&rule].rhs, &marked);
        if marked.contains(&rule) {
            rhs = not_empty(&rhs).unwrap_or(rhs);
        }
        set(grammar, rule, rhs);
    }
    Ok(())
}

/// The rules that may be empty and stand left of a symbol that a circle goes through.
fn hiding(rhs: &Rhs, nullable: &[bool], is_in_circle: &impl Fn(Symbol) -> bool, marked: &mut Vec<Symbol>) {
    match rhs {
        Rhs::Symbol(_) => {}
        Rhs::Sequence(parts) => {
            let mut before: Vec<Symbol> = Vec::new();
            for part in parts {
                hiding(part, nullable, is_in_circle, marked);
                let mut found = Vec::new();
                corners(part, nullable, &mut found);
                if found.iter().any(|&(symbol, _)| is_in_circle(symbol)) {
                    marked.extend(before.iter().filter(|symbol| !marked.contains(symbol)).collect::<Vec<_>>());
                }
                if !holds(part, nullable) {
                    break;
                }
                part.for_each_symbol(&mut |symbol| {
                    if nullable[symbol.index()] && !before.contains(&symbol) {
                        before.push(symbol);
                    }
                });
            }
        }
        Rhs::Alternatives(parts) => parts.iter().for_each(|part| hiding(part, nullable, is_in_circle, marked)),
        Rhs::Optional(part) | Rhs::Star(part) | Rhs::Plus(part) => hiding(part, nullable, is_in_circle, marked),
    }
}

/// The right-hand side with the rules left out or not.
fn optional_where(rhs: &Rhs, rules: &[Symbol]) -> Rhs {
    let within = |parts: &[Rhs]| parts.iter().map(|part| optional_where(part, rules)).collect::<Vec<_>>();
    match rhs {
        Rhs::Symbol(symbol) if rules.contains(symbol) => Rhs::optional(rhs.clone()),
        Rhs::Symbol(_) => rhs.clone(),
        Rhs::Sequence(parts) => Rhs::sequence(within(parts)),
        Rhs::Alternatives(parts) => Rhs::alternatives(within(parts)),
        Rhs::Optional(part) => Rhs::optional(optional_where(part, rules)),
        Rhs::Star(part) => Rhs::star(optional_where(part, rules)),
        Rhs::Plus(part) => Rhs::plus(optional_where(part, rules)),
    }
}

/// Whether the right-hand side has the empty string; symbols count as never empty.
fn may_be_empty(rhs: &Rhs) -> bool {
    holds(rhs, &[])
}

/// Its strings but the empty one; `None` if it has no other.
fn not_empty(rhs: &Rhs) -> Option<Rhs> {
    match rhs {
        Rhs::Symbol(_) => Some(rhs.clone()),
        Rhs::Sequence(parts) if parts.iter().all(may_be_empty) => {
            // The first part that is there, and what comes behind it.
            let from = |index: usize| {
                let first = not_empty(&parts[index])?;
                Some(Rhs::sequence([first].into_iter().chain(parts[index + 1..].iter().cloned())))
            };
            one_of((0..parts.len()).filter_map(from))
        }
        Rhs::Sequence(_) => Some(rhs.clone()),
        Rhs::Alternatives(parts) => one_of(parts.iter().filter_map(not_empty)),
        Rhs::Optional(part) => not_empty(part),
        Rhs::Star(part) | Rhs::Plus(part) => not_empty(part).map(Rhs::plus),
    }
}

/// A choice; `None` if there is none.
fn one_of(parts: impl IntoIterator<Item = Rhs>) -> Option<Rhs> {
    let parts: Vec<Rhs> = parts.into_iter().collect();
    (!parts.is_empty()).then(|| Rhs::alternatives(parts))
}

/// The strings of a rule as those that begin with an unknown, and the others.
#[derive(Clone, Default)]
struct Equation {
    /// Each unknown with what comes behind it.
    begins: Vec<(Symbol, Rhs)>,
    others: Option<Rhs>,
}

impl Equation {
    fn add(&mut self, other: Equation) {
        for (unknown, behind) in other.begins {
            self.add_beginning(unknown, behind);
        }
        self.others = one_of(self.others.take().into_iter().chain(other.others));
    }

    fn add_beginning(&mut self, unknown: Symbol, behind: Rhs) {
        match self.begins.iter_mut().find(|(known, _)| *known == unknown) {
            Some((_, known)) => *known = Rhs::alternatives([known.clone(), behind]),
            None => self.begins.push((unknown, behind)),
        }
    }

    /// All strings with more behind them.
    fn followed_by(self, more: &Rhs) -> Equation {
        let follow = |rhs: Rhs| Rhs::sequence([rhs, more.clone()]);
        Equation {
            begins: self.begins.into_iter().map(|(unknown, behind)| (unknown, follow(behind))).collect(),
            others: self.others.map(follow),
        }
    }

    /// Takes the beginning with the unknown out.
    fn take(&mut self, unknown: Symbol) -> Option<Rhs> {
        let index = self.begins.iter().position(|(known, _)| *known == unknown)?;
        Some(self.begins.remove(index).1)
    }

    fn n_symbols(&self) -> usize {
        let mut n = 0;
        let parts = self.begins.iter().map(|(_, behind)| behind).chain(&self.others);
        parts.for_each(|rhs| rhs.for_each_symbol(&mut |_| n += 1));
        n
    }
}

/// The right-hand side as an equation in the unknowns.
fn equation(rhs: &Rhs, is_unknown: &impl Fn(Symbol) -> bool) -> Equation {
    match rhs {
        Rhs::Symbol(symbol) if is_unknown(*symbol) => {
            Equation { begins: vec![(*symbol, Rhs::sequence([]))], others: None }
        }
        Rhs::Symbol(_) => Equation { begins: Vec::new(), others: Some(rhs.clone()) },
        Rhs::Sequence(parts) => sequence(parts, is_unknown),
        Rhs::Alternatives(parts) => {
            let mut whole = Equation::default();
            parts.iter().for_each(|part| whole.add(equation(part, is_unknown)));
            whole
        }
        Rhs::Optional(part) => {
            let mut whole = equation(part, is_unknown);
            whole.others = Some(whole.others.map_or_else(|| Rhs::sequence([]), Rhs::optional));
            whole
        }
        Rhs::Star(part) | Rhs::Plus(part) => {
            let once = not_empty(part).map(|part| equation(&part, is_unknown));
            let Some(once) = once.filter(|once| !once.begins.is_empty()) else {
                return Equation { begins: Vec::new(), others: Some(rhs.clone()) };
            };
            let mut whole = once.followed_by(&Rhs::star((**part).clone()));
            if may_be_empty(rhs) {
                whole.others = Some(whole.others.map_or_else(|| Rhs::sequence([]), Rhs::optional));
            }
            whole
        }
    }
}

/// As [`equation`], of a sequence.
fn sequence(parts: &[Rhs], is_unknown: &impl Fn(Symbol) -> bool) -> Equation {
    let n_openings = parts.iter().take_while(|part| may_be_empty(part)).count() + 1;
    let mut rest = Equation { begins: Vec::new(), others: Some(Rhs::sequence(parts.iter().skip(n_openings).cloned())) };
    for index in (0..n_openings.min(parts.len())).rev() {
        let behind = Rhs::sequence(parts[index + 1..].iter().cloned());
        let Equation { begins, others } = equation(&parts[index], is_unknown);
        let mut whole = Equation { begins, others: None }.followed_by(&behind);
        let others = match others {
            // What stands behind an empty part may begin with an unknown, too.
            Some(others) if may_be_empty(&others) && !rest.begins.is_empty() => {
                let others = not_empty(&others);
                whole
                    .add(Equation { begins: Vec::new(), others: others.map(|others| Rhs::sequence([others, behind])) });
                rest
            }
            others => Equation { begins: Vec::new(), others: others.map(|others| Rhs::sequence([others, behind])) },
        };
        whole.add(others);
        rest = whole;
    }
    rest
}

/// The right-hand side of the rule without left recursion; `None` if it is too long.
fn solve(grammar: &Grammar, circles: &Circles, rule: Symbol) -> Option<Rhs> {
    let is_unknown = |symbol: Symbol| circles.are_in_one(rule, symbol);
    let equation_of = |rule: Symbol| equation(&grammar.rules[&rule].rhs, &is_unknown);
    let mut equations: Vec<(Symbol, Equation)> = grammar
        .rules
        .keys()
        .copied()
        .filter(|&other| other != rule && is_unknown(other))
        .map(|other| (other, equation_of(other)))
        .collect();
    let mut own = equation_of(rule);
    // Each unknown but the rule is solved for itself and put into what is left.
    while let Some((unknown, mut equation)) = equations.pop() {
        if let Some(repeated) = equation.take(unknown) {
            equation = equation.followed_by(&Rhs::star(repeated));
        }
        for left in equations.iter_mut().map(|(_, left)| left).chain([&mut own]) {
            if let Some(behind) = left.take(unknown) {
                left.add(equation.clone().followed_by(&behind));
            }
            if left.n_symbols() > MOST_SYMBOLS {
                return None;
            }
        }
    }
    let repeated = own.take(rule);
    let operand = own.others?;
    let repeated = repeated.and_then(|repeated| not_empty(&repeated));
    let Some(repeated) = repeated else { return Some(operand) };
    let rhs = Rhs::sequence([operand.clone(), Rhs::star(grouped_once(repeated, rule, operand))]);
    let mut n_symbols = 0;
    rhs.for_each_symbol(&mut |_| n_symbols += 1);
    (n_symbols <= MOST_SYMBOLS).then_some(rhs)
}

/// The repeated part with the operand where it ends with the rule. `x (a r | b)*` for `r` is `x (a x | b)*`: by induction on the
/// number of operators, what the last `r` has behind its first operand may as well be read by the repetition.
fn grouped_once(repeated: Rhs, rule: Symbol, operand: Rhs) -> Rhs {
    let mut operators = Vec::new();
    let mut others = Vec::new();
    for choice in repeated.choices() {
        match choice {
            Rhs::Sequence(parts) if parts.last() == Some(&Rhs::Symbol(rule)) => {
                operators.push(Rhs::sequence(parts[..parts.len() - 1].iter().cloned()));
            }
            other => others.push(other.clone()),
        }
    }
    let operators = one_of(operators).map(|operators| Rhs::sequence([operators, operand]));
    Rhs::alternatives(operators.into_iter().chain(others))
}
