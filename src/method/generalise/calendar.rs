//! Dates and times down to the first moment of a span, by the proleptic Gregorian calendar in UTC.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};

use super::refusal;
use crate::document::{Fault, Section, nearest};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Takes `to`, where it is given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    let Some(name) = section.optional::<String>("to")? else { return Ok(None) };
    let span = Span::ALL.into_iter().find(|span| span.name() == name);
    span.map(|span| Some(Box::new(To(span)) as Box<dyn Method>)).ok_or_else(|| {
        let hint = match nearest(&name, Span::ALL.map(Span::name)) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => format!("known here: {}", Span::ALL.map(Span::name).join(", ")),
        };
        section.fault_at("to", format!("\"{name}\" is no span of time"), hint)
    })
}

struct To(Span);

impl Method for To {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        match input {
            DataType::Timestamp(..) => Ok(Outcome::becomes(input.clone())),
            DataType::Date32 if !matches!(self.0, Span::Hour | Span::Day) => Ok(Outcome::becomes(input.clone())),
            DataType::Date32 => Err(refusal(input, "a date takes a span longer than a day")),
            _ => Err(refusal(input, "`to` takes dates and times; a date in text takes `prefix`")),
        }
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        Ok(truncate(input, self.0))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn coarser(&self) -> Option<Box<dyn Method>> {
        self.0.coarser().map(|span| Box::new(To(span)) as Box<dyn Method>)
    }

    fn words(&self) -> String {
        format!("only the {} stays readable", self.0.name())
    }

    fn options(&self) -> String {
        options_text(&[("to", self.0.name())])
    }
}

/// A span of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    Hour,
    Day,
    /// From a Monday on, as in ISO 8601.
    Week,
    Month,
    Quarter,
    Year,
    Decade,
}

impl Span {
    const ALL: [Span; 7] = [Span::Hour, Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year, Span::Decade];

    /// The span as a schema names it.
    fn name(self) -> &'static str {
        match self {
            Span::Hour => "hour",
            Span::Day => "day",
            Span::Week => "week",
            Span::Month => "month",
            Span::Quarter => "quarter",
            Span::Year => "year",
            Span::Decade => "decade",
        }
    }

    /// The next span; none holds a decade. Weeks lie across months, so a day's next is its month.
    fn coarser(self) -> Option<Self> {
        match self {
            Span::Hour => Some(Span::Day),
            Span::Day | Span::Week => Some(Span::Month),
            Span::Month => Some(Span::Quarter),
            Span::Quarter => Some(Span::Year),
            Span::Year => Some(Span::Decade),
            Span::Decade => None,
        }
    }

    /// The first day of the span that holds a day; days count from 1970-01-01.
    fn first_day(self, day: i64) -> i64 {
        let (year, month) = year_and_month(day);
        match self {
            Span::Hour | Span::Day => day,
            // 1970-01-05 was a Monday.
            Span::Week => day - (day - 4).rem_euclid(7),
            Span::Month => first_of(year, month),
            Span::Quarter => first_of(year, month - (month - 1) % 3),
            Span::Year => first_of(year, 1),
            Span::Decade => first_of(year - year.rem_euclid(10), 1),
        }
    }

    /// The first tick of the span that holds a tick; ticks count from 1970.
    fn first_tick(self, tick: i64, ticks_a_day: i64) -> i64 {
        let (first, ticks) = match self {
            Span::Hour => (tick.div_euclid(ticks_a_day / 24), ticks_a_day / 24),
            span => (span.first_day(tick.div_euclid(ticks_a_day)), ticks_a_day),
        };
        first.saturating_mul(ticks)
    }
}

/// Every date or time down to the first moment of its span; of another type, the array itself.
fn truncate(array: &ArrayRef, span: Span) -> ArrayRef {
    match array.data_type() {
        DataType::Date32 => {
            let first = |day: i32| i32::try_from(span.first_day(day.into())).unwrap_or(i32::MIN);
            Arc::new(array.as_primitive::<Date32Type>().unary::<_, Date32Type>(first))
        }
        DataType::Timestamp(TimeUnit::Second, _) => moments::<TimestampSecondType>(array, span, 86_400),
        DataType::Timestamp(TimeUnit::Millisecond, _) => moments::<TimestampMillisecondType>(array, span, 86_400_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moments::<TimestampMicrosecondType>(array, span, 86_400_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            moments::<TimestampNanosecondType>(array, span, 86_400_000_000_000)
        }
        _ => unreachable!("the plan takes dates and times only"),
    }
}

fn moments<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, span: Span, ticks_a_day: i64) -> ArrayRef {
    let truncated = array.as_primitive::<T>().unary::<_, T>(|tick| span.first_tick(tick, ticks_a_day));
    Arc::new(truncated.with_data_type(array.data_type().clone()))
}

/// The year and month of a day: `civil_from_days` of Howard Hinnant's "chrono-compatible low-level date algorithms".
fn year_and_month(day: i64) -> (i64, i64) {
    let day = day + 719_468;
    let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month)
}

/// The first day of a month: `days_from_civil` of the same.
fn first_of(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use jiff::{ToSpan, Unit};
    use proptest::prelude::*;

    use super::*;

    fn days(date: Date) -> i64 {
        date.since((Unit::Day, jiff::civil::date(1970, 1, 1))).expect("both are dates").get_days().into()
    }

    #[test]
    fn spans_start_where_they_should() {
        let day = days(date(2024, 2, 29));
        let firsts = Span::ALL.map(|span| span.first_day(day));
        let (today, monday) = (date(2024, 2, 29), date(2024, 2, 26));
        let expected = [today, today, monday, date(2024, 2, 1), date(2024, 1, 1), date(2024, 1, 1), date(2020, 1, 1)];
        assert_eq!(firsts, expected.map(days));
        assert_eq!(Span::Hour.first_tick(-1, 86_400), -3_600);
        assert_eq!(Span::Decade.first_day(days(date(-5, 7, 1))), days(date(-10, 1, 1)));
    }

    proptest! {
        #[test]
        fn first_days_agree_with_jiff(day in -3_000_000i32..2_900_000) {
            let date = date(1970, 1, 1) + day.days();
            prop_assert_eq!(Span::Month.first_day(day.into()), days(date.first_of_month()));
            prop_assert_eq!(Span::Year.first_day(day.into()), days(date.first_of_year()));
            let since_monday = i32::from(date.weekday().to_monday_zero_offset());
            prop_assert_eq!(Span::Week.first_day(day.into()), i64::from(day - since_monday));
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        for span in Span::ALL {
            for tick in [i64::MIN, i64::MAX] {
                let array: ArrayRef = Arc::new(arrow::array::TimestampSecondArray::from(vec![tick]));
                assert!(truncate(&array, span).as_primitive::<TimestampSecondType>().value(0) <= tick.max(-i64::MAX));
            }
        }
    }
}
