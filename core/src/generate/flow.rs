//! Cheapest circulations: flows without source and sink in which each arc carries at least what is asked of it.
//!
//! Arcs have a lower bound, an upper bound and a cost for each unit. The lower bounds are sent first; that leaves some nodes
//! with too much and others with too little, which is evened out along shortest paths, cheapest first. What is left over
//! at the end decides: nothing, and the circulation is a cheapest one; something, and there is none.
//!
//! Source: lower bounds as in Ford and Fulkerson (1962); successive shortest paths, Busacker and Gowen (1961).

use std::collections::VecDeque;

/// One arc of a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arc {
    /// The node that it leaves.
    pub(crate) from: usize,
    /// The node that it enters.
    pub(crate) to: usize,
    /// The least that it carries.
    pub(crate) lower: u64,
    /// The most that it carries; at least `lower`.
    pub(crate) upper: u64,
    /// What each unit costs.
    pub(crate) cost: u64,
}

/// More than any flow that is asked for.
pub(crate) const UNBOUNDED: u64 = 1 << 40;

/// What each arc carries in a cheapest circulation on the nodes `0..n_nodes`; `None` if there is no circulation.
///
/// Among circulations of the same cost the order of the arcs decides, so that the answer is always the same.
/// Cost: for each path along which flow is evened out, one search (Bellman-Ford with a queue).
pub(crate) fn cheapest_circulation(n_nodes: usize, arcs: &[Arc]) -> Option<Vec<u64>> {
    let (source, sink) = (n_nodes, n_nodes + 1);
    let mut residual = Residual { arcs: Vec::new(), leaving: vec![Vec::new(); n_nodes + 2] };
    let mut surplus = vec![0_i64; n_nodes];
    for arc in arcs {
        residual.add(arc.from, arc.to, arc.upper - arc.lower, arc.cost as i64);
        surplus[arc.from] -= arc.lower as i64;
        surplus[arc.to] += arc.lower as i64;
    }
    let mut missing = 0;
    for (node, &surplus) in surplus.iter().enumerate() {
        match surplus {
            0 => {}
            1.. => residual.add(source, node, surplus as u64, 0),
            _ => residual.add(node, sink, surplus.unsigned_abs(), 0),
        }
        missing += surplus.max(0) as u64;
    }
    // Progress: each turn sends at least one unit.
    while missing > 0 {
        missing -= residual.send(source, sink)?;
    }
    Some(arcs.iter().enumerate().map(|(at, arc)| arc.lower + residual.arcs[2 * at + 1].room).collect())
}

/// What can still be sent. Arcs stand in pairs, an arc and its reverse, so `at ^ 1` is the other one.
struct Residual {
    arcs: Vec<ResidualArc>,
    /// `leaving[node]`: the arcs out of a node.
    leaving: Vec<Vec<usize>>,
}

struct ResidualArc {
    to: usize,
    room: u64,
    cost: i64,
}

impl Residual {
    fn add(&mut self, from: usize, to: usize, room: u64, cost: i64) {
        self.leaving[from].push(self.arcs.len());
        self.arcs.push(ResidualArc { to, room, cost });
        self.leaving[to].push(self.arcs.len());
        self.arcs.push(ResidualArc { to: from, room: 0, cost: -cost });
    }

    /// Sends as much as a cheapest path has room for; `None` if there is no path.
    fn send(&mut self, source: usize, sink: usize) -> Option<u64> {
        let mut distance = vec![i64::MAX; self.leaving.len()];
        let mut entered_by = vec![usize::MAX; self.leaving.len()];
        let mut is_queued = vec![false; self.leaving.len()];
        let mut queue = VecDeque::from([source]);
        distance[source] = 0;
        // Progress: a node is queued when its distance falls, and no cycle of the residual has a negative cost.
        while let Some(node) = queue.pop_front() {
            is_queued[node] = false;
            for &at in &self.leaving[node] {
                let arc = &self.arcs[at];
                if arc.room > 0 && distance[node] + arc.cost < distance[arc.to] {
                    distance[arc.to] = distance[node] + arc.cost;
                    entered_by[arc.to] = at;
                    if !is_queued[arc.to] {
                        is_queued[arc.to] = true;
                        queue.push_back(arc.to);
                    }
                }
            }
        }
        if distance[sink] == i64::MAX {
            return None;
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let at = entered_by[node];
            path.push(at);
            node = self.arcs[at ^ 1].to;
        }
        let sent = path.iter().map(|&at| self.arcs[at].room).min().expect("source and sink differ");
        for at in path {
            self.arcs[at].room -= sent;
            self.arcs[at ^ 1].room += sent;
        }
        Some(sent)
    }
}
