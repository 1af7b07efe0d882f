//! The values of every `direct` leaf, gathered so that guards and methods know them again.

use arrow::array::ArrayRef;

use crate::detect::Known;
use crate::detect::known::{Gatherer, Gathering, NoRoom, Spelled, Unfolded, fractions, spelled};
use crate::method::Method;
use crate::method::nested::replaced;
use crate::plan::{ColumnPlan, LeafPlan, Plan, TablePlan};
use crate::schema::{Class, Column};
use crate::source::{Onlooker, each_leaf};
use crate::survey::words::{Folding, Words};

/// The filter of known values takes this share of a run's memory at most.
const SHARE: u64 = 16;

/// What is told of known values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values that are looked for in all that leaves; one that stands in several places can count more than once.
    pub values: u64,
    /// Values that are not, since any text could hold them.
    pub weak: u64,
}

/// What the values of `direct` leaves are gathered for.
pub(super) struct Direct {
    gathering: Option<Gathering>,
    words: Words,
}

impl Direct {
    /// For a plan; nothing is gathered where nothing of the source leaves.
    pub fn of(plan: &Plan, key: &[u8; 32], memory: u64) -> Self {
        let rules = plan.tables.iter().flat_map(|table| table.schema.columns.values());
        let carries = rules.into_iter().any(|rule| rule.method.carries_input());
        let knows = plan.tables.iter().any(has_direct);
        Direct { gathering: (carries && knows).then(|| Gathering::new(key, memory / SHARE)), words: Words::of(plan) }
    }

    /// Whether there is nothing to look for.
    pub fn is_idle(&self) -> bool {
        self.gathering.is_none() && self.words.is_empty()
    }

    /// Somebody to whom the values of one `direct` leaf are shown, with its method.
    pub fn looker<'d>(&'d self, method: &'d dyn Method) -> Looker<'d> {
        let gathering = self.gathering.as_ref();
        let gatherer = gathering.map(Gathering::gatherer);
        let sight = Sight { words: &self.words, folding: Folding::default(), gatherer };
        let composed = (!method.inner().is_none()).then_some(method);
        Looker { gathering, composed, unfolded: Unfolded::default(), part: Unfolded::default(), sight }
    }

    /// Looks at the `direct` leaves of a column.
    pub fn look(&self, table: &TablePlan, column: &ColumnPlan, array: &ArrayRef) {
        let _ = each_leaf(array, |leaf, values| {
            if let Some(rule) = column.leaves.get(leaf).and_then(|plan| rule(table, plan)) {
                self.looker(&*rule.method).values(values);
            }
            Ok::<_, std::convert::Infallible>(())
        });
    }

    /// The words that are taken, and the values that are known.
    ///
    /// # Errors
    /// Where there is no room for temporary data.
    pub fn finish(self) -> Result<(crate::method::Taken, Known, Counts), NoRoom> {
        let gathered = self.gathering.map(Gathering::finish).transpose()?;
        let (known, counts) = gathered.map_or((Known::none(), Counts::default()), |gathered| {
            (gathered.known, Counts { values: gathered.values, weak: gathered.weak })
        });
        Ok((self.words.taken(), known, counts))
    }
}

/// Sees the values of one leaf.
pub(super) struct Looker<'d> {
    gathering: Option<&'d Gathering>,
    /// What is done to the leaf, where it may be done to parts of its values.
    composed: Option<&'d dyn Method>,
    unfolded: Unfolded,
    part: Unfolded,
    sight: Sight<'d>,
}

/// What a text is shown to.
struct Sight<'d> {
    words: &'d Words,
    folding: Folding,
    gatherer: Option<Gatherer>,
}

impl Sight<'_> {
    fn text(&mut self, text: &str) {
        if !self.words.is_empty() {
            self.words.look_at(text, &mut self.folding);
        }
        self.gatherer.iter_mut().for_each(|gatherer| gatherer.text(text));
    }

    fn number(&mut self, number: u128) {
        self.gatherer.iter_mut().for_each(|gatherer| gatherer.number(number));
    }
}

impl Looker<'_> {
    /// A value, and the parts of it that its method replaces: what becomes another text is looked for in all others. One that
    /// comes out as it is, as a document without a name in it, is nobody's by its rule.
    fn value(&mut self, text: &str) {
        let Looker { composed, unfolded, part, sight, .. } = self;
        let each = &mut |piece: &str| part.unescaped(piece, |text| sight.text(text));
        if composed.is_none_or(|method| !replaced(method, text, each)) {
            unfolded.unescaped(text, |text| sight.text(text));
        }
    }

    fn take(&mut self) {
        if let (Some(gathering), Some(gatherer)) = (self.gathering, &mut self.sight.gatherer)
            && gatherer.is_full()
        {
            gathering.take(gatherer);
        }
    }
}

impl Onlooker for Looker<'_> {
    fn text(&mut self, text: &str) {
        self.value(text);
        self.take();
    }

    fn values(&mut self, values: &ArrayRef) {
        let without = spelled(values, |value| match value {
            Spelled::Text(text) => self.value(text),
            Spelled::Number(number) => self.sight.number(number),
        });
        let written = fractions(values, |text| self.sight.text(text));
        self.sight.gatherer.iter_mut().for_each(|gatherer| gatherer.pass(without.saturating_sub(written)));
        self.take();
    }
}

impl Drop for Looker<'_> {
    fn drop(&mut self) {
        if let (Some(gathering), Some(gatherer)) = (self.gathering, self.sight.gatherer.take()) {
            gathering.take_back(gatherer);
        }
    }
}

/// The rule of a leaf that identifies alone; none of any other.
pub(super) fn rule<'t>(table: &'t TablePlan, plan: &LeafPlan) -> Option<&'t Column> {
    table.schema.columns.get(&plan.leaf.path).filter(|rule| rule.class == Class::Direct)
}

/// Whether a table has a leaf that identifies alone.
fn has_direct(table: &TablePlan) -> bool {
    table.columns.iter().flat_map(|column| &column.leaves).any(|plan| rule(table, plan).is_some())
}
