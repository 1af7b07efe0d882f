//! What was to be deleted by now, and is not.

use super::held::returned;
use super::sheet::{days, moment};
use super::{Facts, Question, Sheet};
use crate::error::Failure;

pub(super) const QUESTION: Question =
    Question { name: "retention", asks: "What is past the time for which it may be kept", answer };

const HEAD: &[&str] = &["customer", "release", "approval", "keep until", "days past"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let (purged, returned, mut rows) = (facts.purged(), returned(facts)?, Vec::new());
    for (_, told, record) in facts.told(&["committed"])? {
        let (Some(until), Some(release)) = (record.retained_until, &told.release) else { continue };
        let is_gone = purged.contains(&(&*record.customer, &**release))
            && !returned.contains(&(record.customer.clone(), release.clone()));
        if until <= facts.now && !is_gone {
            let approval = told.approval.as_deref();
            let past = days(until, facts.now);
            rows.push(vec![
                record.customer.as_str().into(),
                release.as_str().into(),
                approval.into(),
                moment(until),
                past.into(),
            ]);
        }
    }
    Ok(Sheet { head: HEAD, rows })
}
