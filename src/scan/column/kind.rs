//! What a column can hold, and what that means for a person.

use crate::schema::Class;

/// Declares every kind with its name, its entity, and its class.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $name:literal, $entity:literal, $class:ident;)*) => {
        /// What a column holds.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind, in the order of this file.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The word for it in comments and in `kind`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }

            /// The coarser word for it in `entity`; nothing for what tells nothing of a person.
            pub fn entity(self) -> &'static str {
                match self {
                    $(Kind::$kind => $entity,)*
                }
            }

            /// What it tells of a person.
            pub fn class(self) -> Class {
                match self {
                    $(Kind::$kind => Class::$class,)*
                }
            }
        }
    };
}

kinds! {
    FirstName: "first name", "name", Direct;
    LastName: "last name", "name", Direct;
    Name: "name of a person", "name", Direct;
    Email: "e-mail address", "email", Direct;
    Phone: "phone number", "phone", Direct;
    Card: "card number", "card", Direct;
    Iban: "IBAN", "iban", Direct;
    BankAccount: "bank account", "bank_account", Direct;
    Ip: "IP address", "ip", Direct;
    Mac: "MAC address", "mac", Direct;
    DeviceId: "identifier of a device", "device_id", Direct;
    NationalId: "national identifier", "national_id", Direct;
    Passport: "passport number", "passport", Direct;
    DriverLicence: "driver's licence", "driver_license", Direct;
    Licence: "professional licence", "licence", Direct;
    Plate: "number plate", "plate", Direct;
    Username: "user name", "username", Direct;
    Secret: "secret", "secret", Direct;
    ProfileUrl: "address of a person's page", "url", Direct;
    Address: "address", "address", Direct;
    /// A surrogate key of people.
    PersonKey: "key of a person", "id", Direct;
    /// Text in which people were found.
    PersonalText: "text with people in it", "free_text_pii", FreeText;
    City: "city", "Q.location", Quasi;
    Postcode: "postcode", "Q.location", Quasi;
    Region: "region", "Q.location", Quasi;
    Country: "country", "Q.location", Quasi;
    Coordinate: "coordinate", "Q.location", Quasi;
    BirthDate: "date of birth", "Q.date", Quasi;
    Age: "age", "Q.age", Quasi;
    Gender: "gender", "Q.gender", Quasi;
    Marital: "marital status", "Q.marital", Quasi;
    Family: "family", "Q.family", Quasi;
    Education: "education", "Q.education", Quasi;
    Job: "occupation", "Q.job", Quasi;
    Income: "income", "Q.income", Quasi;
    Employer: "employer", "Q.employer", Quasi;
    Device: "device", "Q.device", Quasi;
    /// Nationality, religion, political group: what must not be asked, and is.
    Origin: "nationality, origin or belief", "Q.nrp", Sensitive;
    Health: "health", "S.health", Sensitive;
    /// A key of anything but people.
    Key: "key", "", Direct;
    /// Text in which nobody was found; somebody may be.
    Text: "free text", "", FreeText;
    Moment: "date or time", "", Attribute;
    Organisation: "name of an organisation", "", Attribute;
    Url: "web address", "", Attribute;
    Flag: "one of two values", "", Attribute;
    Category: "one of few values", "", Attribute;
    Number: "number", "", Attribute;
    Other: "not recognised", "", Attribute;
}

impl Kind {
    /// Whether such a value identifies somebody alone.
    pub fn is_direct(self) -> bool {
        self.class() == Class::Direct && self != Kind::Key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_has_an_entity_and_what_says_nothing_has_none() {
        for kind in Kind::ALL {
            let told = matches!(kind.class(), Class::Direct | Class::Quasi | Class::Sensitive) && *kind != Kind::Key;
            assert_eq!(!kind.entity().is_empty(), told || *kind == Kind::PersonalText, "{kind:?}");
        }
    }
}
