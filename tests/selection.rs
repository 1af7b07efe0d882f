//! Which rows leave: a customer's own, those that a condition chooses, and samples that keep references.

mod common;

use std::collections::HashSet;

use common::desk::Desk;

/// Customers of two tenants, and three orders of each.
fn desk(customers: &str, orders: &str) -> Desk {
    let desk = Desk::local("acme");
    let schema = |table: &str, more: &str, columns: &str| {
        format!(
            "customer = \"acme\"\ntable = \"{table}\"\nsource = \"acme/{table}/*\"\nformat = \"ndjson\"\noutput = \"same\"\n{more}\n[columns]\n{columns}"
        )
    };
    let id = r#"{ type = "int64", class = "direct", method = "pseudonym", domain = "customer" }"#;
    let kept = |kind: &str| {
        format!(r#"{{ type = "{kind}", class = "attribute", method = "keep", because = "says nothing of a person" }}"#)
    };
    let tenant = r#"{ class = "tenant", method = "keep", because = "the customer's own name" }"#;
    let of_customers = format!("id = {id}\nplan = {}\ntenant = {tenant}\n", kept("text"));
    let of_orders = format!("customer = {id}\nnumber = {}\n", kept("int64"));
    desk.write("schemas/acme/customers.toml", &schema("customers", customers, &of_customers));
    desk.write("schemas/acme/orders.toml", &schema("orders", orders, &of_orders));
    let (mut left, mut right) = (String::new(), String::new());
    for id in 0..4_000 {
        let (plan, tenant) = (["basic", "pro"][id % 2], ["acme", "other"][usize::from(id % 5 == 0)]);
        left += &format!("{{\"id\":{id},\"plan\":\"{plan}\",\"tenant\":\"{tenant}\"}}\n");
        (0..3).for_each(|order| right += &format!("{{\"customer\":{id},\"number\":{}}}\n", 3 * id + order));
    }
    desk.write("production/acme/customers/1.ndjson", &left);
    desk.write("production/acme/orders/1.ndjson", &right);
    desk
}

fn rows(desk: &Desk, table: &str) -> Vec<serde_json::Value> {
    let root = desk.path("test/acme").join(table);
    let release = std::fs::read_dir(root).expect("a table").next().expect("a release").expect("an entry").path();
    let text = std::fs::read_to_string(release.join("part-00000.ndjson")).expect("a part");
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

fn keys(rows: &[serde_json::Value], key: &str) -> HashSet<i64> {
    rows.iter().map(|row| row[key].as_i64().expect("a number")).collect()
}

#[test]
fn only_a_customers_own_rows_leave_and_the_withheld_are_counted() {
    let desk = desk("tenant = \"acme\"\n", "");
    let asked = desk.approve("acme", "own", 3);
    let asked = desk.asked(&asked);
    assert!(asked.contains("only rows whose `tenant` is \"acme\""), "the customer reads it: {asked}");
    let done = desk.facts(&["run", "acme"]);
    assert_eq!((done["tables"]["customers"].as_u64(), done["tables"]["orders"].as_u64()), (Some(3_200), Some(12_000)));
    assert!(rows(&desk, "customers").iter().all(|row| row["tenant"] == "acme"));
}

#[test]
fn a_table_of_several_customers_says_whose_rows_leave() {
    let desk = desk("", "");
    let checked = desk.verho(&["check"]);
    let said = String::from_utf8_lossy(&checked.stderr);
    assert_eq!(checked.status.code(), Some(3), "{said}");
    assert!(said.contains("`tenant` says whose row it is, and nothing says whose may leave"), "{said}");
}

#[test]
fn conditions_choose_among_kept_columns_only() {
    let chosen = desk("tenant = \"acme\"\nrows = [{ column = \"plan\", is = [\"pro\"] }]\n", "");
    chosen.approve("acme", "chosen", 3);
    let done = chosen.facts(&["run", "acme"]);
    assert_eq!(done["tables"]["customers"].as_u64(), Some(1_600));
    let refused = desk("tenant = \"acme\"\nrows = [{ column = \"id\", less = 7 }]\n", "").verho(&["check"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(3) && said.contains("`id` is not kept"), "{said}");
}

#[test]
fn a_column_that_is_kept_in_some_rows_alone_is_not_asked() {
    let desk = desk("tenant = \"acme\"\nrows = [{ column = \"plan\", is = [\"pro\"] }]\n", "");
    let written = std::fs::read_to_string(desk.path("schemas/acme/customers.toml")).expect("a schema");
    let kept = r#"when = [{ column = "tenant", is = ["other"], method = "keep", because = "made up" }]"#;
    let rule = format!("plan = {{ class = \"quasi\", method = \"when\", {kept}, otherwise = \"null\" }}");
    let lines: Vec<&str> = written.lines().map(|line| if line.starts_with("plan") { &rule } else { line }).collect();
    desk.write("schemas/acme/customers.toml", &lines.join("\n"));
    let refused = desk.verho(&["check"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(3) && said.contains("`plan` is not kept"), "{said}");
}

#[test]
fn a_sample_holds_the_same_subjects_in_all_tables() {
    let desk = desk(
        "tenant = \"acme\"\nsample = { by = \"id\", rate = 0.1 }\n",
        "sample = { by = \"customer\", rate = 0.1 }\n",
    );
    desk.approve("acme", "sample", 3);
    let done = desk.facts(&["run", "acme"]);
    let orders = done["tables"]["orders"].as_u64().expect("a number");
    // A tenth of 12,000, within four standard deviations of 4,000 draws of three.
    assert!((970..=1_430).contains(&orders), "{orders}");
    let (customers, ordered) = (keys(&rows(&desk, "customers"), "id"), keys(&rows(&desk, "orders"), "customer"));
    assert!(customers.is_subset(&ordered), "every sampled customer has its orders");
    assert_eq!(ordered.len() as u64 * 3, orders, "and every sampled order its whole customer");
}
