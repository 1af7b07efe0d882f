"""The customers file: which of its columns are hashed, and which are kept."""

HASHED = ["customer_id", "first_name", "last_name", "email", "phone", "iban"]
# Hashed columns that hardly repeat; names do, and lie in dictionaries.
UNIQUE = ["customer_id", "email", "phone", "iban"]
KEPT = ["birth_date", "street", "city", "country", "postcode", "plan", "balance", "orders", "signup", "notes"]
