//! Trivia that the target has no notation for: comments are refused or dropped, blanks are replaced.

use super::transform::{Options, Refusal};
use crate::cst::edit::EditError;
use crate::cst::node::{NodeId, Tree};
use crate::langlet::Langlet;
use crate::lexer::Token;
use crate::span::Span;

/// Leaves out trivia that the target cannot read; a comment among them is a refusal unless it may be dropped. Comes first,
/// while every token still stands where the source has it.
pub(crate) fn settle(
    tree: &mut Tree,
    target: &Langlet,
    options: &Options,
    refusals: &mut Vec<Refusal>,
) -> Result<(), EditError> {
    let langlet = tree.langlet.clone();
    let skips = |langlet: &Langlet| {
        let grammar = langlet.grammar();
        let skipped = grammar.tokens.iter().filter(|(symbol, _)| !grammar.token_order.contains(symbol));
        skipped.map(|(_, token)| token.pattern.clone()).collect::<Vec<_>>()
    };
    let known = skips(target);
    if skips(&langlet).iter().all(|pattern| known.contains(pattern)) {
        return Ok(());
    }
    let leaves: Vec<NodeId> = tree.leaf_ids(tree.root).collect();
    let mut tokens = Vec::new();
    for leaf in leaves {
        let trivia = tree.leaf_trivia(leaf);
        if trivia.is_empty() || reads_as_trivia(target, trivia, &mut tokens) {
            continue;
        }
        // Where the trivia stands in the text that the user knows.
        let place = tree.origin(leaf).map_or(0, |origin| origin.start.saturating_sub(trivia.len() as u32));
        if let Some(kept) = without_foreign(trivia, (&langlet, target), options, place, refusals) {
            tree.set_leaf_trivia(leaf, &kept)?;
        }
    }
    let tail = tree.text[tree.tail.range()].to_owned();
    if !reads_as_trivia(target, &tail, &mut tokens) {
        let kept = without_foreign(&tail, (&langlet, target), options, tree.tail.start, refusals);
        if let Some(kept) = kept {
            let start = tree.text.len() as u32;
            tree.text.push_str(&kept);
            tree.tail = Span::new(start, tree.text.len() as u32);
        }
    }
    Ok(())
}

/// The trivia without the pieces that the target cannot read; `None` if it is refused.
fn without_foreign(
    trivia: &str,
    (langlet, target): (&Langlet, &Langlet),
    options: &Options,
    offset: u32,
    refusals: &mut Vec<Refusal>,
) -> Option<String> {
    let mut kept = String::new();
    let mut tokens = Vec::new();
    for piece in langlet.lexer().trivia_pieces(trivia) {
        let text = &trivia[piece.range()];
        if reads_as_trivia(target, text, &mut tokens) {
            kept.push_str(text);
        } else if text.trim().is_empty() {
            kept.push(' ');
        } else if !options.drop_comments {
            let span = Span::new(offset + piece.start, offset + piece.end);
            let reason = format!("{} has no comments", target.name());
            let help = Some("drop them with `--drop-comments`".to_owned());
            refusals.push(Refusal { span, reason, help });
            return None;
        }
    }
    Some(kept)
}

fn reads_as_trivia(langlet: &Langlet, text: &str, tokens: &mut Vec<Token>) -> bool {
    tokens.clear();
    langlet.lexer().lex_plain(text, tokens).is_ok() && tokens.is_empty()
}
