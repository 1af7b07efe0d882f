//! What a class tells of its people's sensitive values, beyond what the whole table tells.

use super::classes::total;
use super::{Classes, greatest, share};

impl Classes {
    /// (α,k)-anonymity: the greatest share that one value has of a class (Wong et al. 2006).
    pub fn alpha(&self) -> f64 {
        greatest(self.iter().map(|class| {
            let most = class.iter().map(|(_, count)| *count).max().unwrap_or(0);
            share(most, total(class))
        }))
    }

    /// Basic β-likeness: the most that a value's share of a class exceeds its share of the table, relative to the latter
    /// (Cao and Karras 2012).
    pub fn basic_beta(&self) -> f64 {
        greatest(self.gains().map(|gain| gain - 1.0))
    }

    /// Enhanced β-likeness: the same, bounded by −ln of the share that the rarest value has of the table (Cao and Karras
    /// 2012, as pycanon computes it).
    pub fn enhanced_beta(&self) -> f64 {
        let rarest = self.whole().iter().map(|(_, count)| *count).min().unwrap_or(0);
        self.basic_beta().min(-share(rarest, self.records()).ln())
    }

    /// δ-disclosure privacy: the most that |ln| of a value's share of a class by its share of the table is, of values that
    /// a class has (Brickell and Shmatikov 2008).
    pub fn delta(&self) -> f64 {
        greatest(self.gains().map(|gain| gain.ln().abs()))
    }

    /// Of every class and value of it, the share of the class by the share of the table.
    fn gains(&self) -> impl Iterator<Item = f64> {
        let (records, whole) = (self.records(), self.whole());
        self.iter().flat_map(move |class| {
            let size = total(class);
            class.iter().map(move |(value, count)| {
                let at = whole.partition_point(|(other, _)| other < value);
                share(*count, size) / share(whole[at].1, records)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Crosstab;

    #[test]
    fn figures_of_two_classes_by_hand() {
        // Shares: of the table 1/2 and 1/2; of class 0 all and nothing, of class 1 a third and two thirds.
        let classes = Crosstab::from_iter([(0, 1), (1, 1), (1, 2), (1, 2)]).classes();
        assert_eq!(classes.alpha(), 1.0);
        assert!((classes.basic_beta() - 1.0).abs() < 1e-12);
        assert!((classes.enhanced_beta() - 2f64.ln()).abs() < 1e-12);
        assert!((classes.delta() - 2f64.ln()).abs() < 1e-12, "ln 2 both ways is more than ln 1.5");
    }

    #[test]
    fn classes_like_the_table_tell_nothing() {
        let classes = Crosstab::from_iter([(0, 1), (0, 2), (1, 1), (1, 2)]).classes();
        assert_eq!((classes.basic_beta(), classes.delta(), classes.alpha()), (0.0, 0.0, 0.5));
    }
}
