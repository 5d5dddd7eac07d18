//! What a configuration may be and what is said about a wrong one.

use super::keys::KEYS;
use super::*;
use std::collections::BTreeSet;

/// The file that is delivered.
const FILE: &str = include_str!("../../../config/chatd.toml");

fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let file = Some((Path::new("/etc/chatd/chatd.toml"), file));
    Config::of_layers(file, variables, Overrides::default())
}

fn complaints(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let error = load(file, variables).expect_err("it is wrong");
    let text = error.to_string();
    let faults = text.strip_prefix("the configuration cannot be used:\n");
    let faults = faults.expect("it begins by saying so").lines();
    faults.map(|line| line.trim_start().to_owned()).collect()
}

/// `section.key` of every key of a tree of sections.
fn names(tree: &serde_json::Value) -> BTreeSet<String> {
    let sections = tree.as_object().into_iter().flatten();
    sections
        .flat_map(|(section, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(move |(key, _)| format!("{section}.{key}"))
        })
        .collect()
}

fn all_names() -> BTreeSet<String> {
    names(&serde_json::to_value(Config::default()).unwrap())
}

#[test]
fn the_delivered_file_is_the_defaults() {
    assert_eq!(load(FILE, &[]).unwrap(), Config::default());
}

#[test]
fn every_key_stands_in_the_delivered_file_and_in_the_table() {
    let file = config::Config::builder()
        .add_source(config::File::from_str(FILE, config::FileFormat::Toml))
        .build()
        .unwrap();
    let tree: serde_json::Value = file.try_deserialize().unwrap();
    assert_eq!(names(&tree), all_names());
    let table: BTreeSet<_> = KEYS.iter().map(|key| key.name.to_owned()).collect();
    assert_eq!(table, all_names());
}

#[test]
fn the_defaults_are_valid() {
    assert_eq!(Config::default().validate(), []);
}

#[test]
fn variables_go_over_the_file_and_flags_over_both() {
    let file = "[login]\niterations = 5000\nmax_delay_secs = 7\n[data]\ndirectory = \"/a\"";
    let variables = [
        ("CHATD__LOGIN__ITERATIONS", "4096"),
        ("CHATD__DATA__DIRECTORY", "/b"),
        ("CHATD__LISTEN__ADDRESSES", "127.0.0.1:0, [::1]:7420"),
        ("CHATD__LISTEN__PLAIN", ""),
        ("CHATD__LIMITS__REQUESTS_IN_FLIGHT", "9"),
        ("CHATD__HOUSE__REGISTRATION", "open"),
    ];
    let config = load(file, &variables).unwrap();
    assert_eq!(config.login.iterations, 4096);
    assert_eq!(config.login.max_delay_secs, 7);
    assert_eq!(config.data_directory(), Path::new("/b"));
    assert_eq!(config.limits.requests_in_flight, 9);
    assert_eq!(
        config.house.registration,
        chat_shared::RegistrationMode::Open
    );
    let addresses: Vec<_> = config
        .listen
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(addresses, ["127.0.0.1:0", "[::1]:7420"]);
    assert_eq!(config.listen.plain, []);

    let overrides = Overrides {
        listen: vec!["192.0.2.1:1".parse().unwrap()],
        data: Some("/c".into()),
        socket: Some("/c/s".into()),
    };
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::of_layers(None, variables, overrides).unwrap();
    assert_eq!(config.data_directory(), Path::new("/c"));
    assert_eq!(config.socket_path(), Path::new("/c/s"));
    assert_eq!(config.listen.addresses, ["192.0.2.1:1".parse().unwrap()]);
}

#[test]
fn a_name_of_digits_in_a_variable_stays_text() {
    let config = load("", &[("CHATD__DATA__DIRECTORY", "007")]).unwrap();
    assert_eq!(config.data.directory, Path::new("007"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_place_key_and_what_is_allowed() {
    let file = "
        [login]
        iterations = 100
        iteratons = 600000
        [limits]
        idle_ping_secs = 100
        [hose]
        registration = \"open\"
    ";
    let variables = [
        ("CHATD__JOURNAL__CACHE_MIB", "much"),
        ("CHATD__LOG__LEVL", "info"),
    ];
    assert_eq!(
        complaints(file, &variables),
        [
            "/etc/chatd/chatd.toml: there is no section [hose], did you mean [house]?",
            "/etc/chatd/chatd.toml: login.iterations is 100, allowed is a whole number from 4096 to 5000000",
            "/etc/chatd/chatd.toml: there is no key login.iteratons, did you mean login.iterations?",
            "variable CHATD__JOURNAL__CACHE_MIB: journal.cache_mib is \"much\", allowed is a whole number from 1 to 1048576",
            "variable CHATD__LOG__LEVL: there is no such setting, did you mean CHATD__LOG__LEVEL?",
            "default: limits.idle_timeout_secs is 90, allowed is more than limits.idle_ping_secs, 100, so that a client has time to answer",
        ]
    );
}

#[test]
fn other_types_do_not_pass_for_the_right_one() {
    for wrong in ["1.9", "true", "\"42\"", "[1]", "-1", "1e3", "99999999999"] {
        let file = format!("[limits]\nconnections = {wrong}");
        assert_eq!(complaints(&file, &[]).len(), 1, "{wrong}");
    }
    for wrong in ["1.9", "true", "", "0x10", " 7"] {
        let variables = [("CHATD__LIMITS__CONNECTIONS", wrong)];
        assert_eq!(complaints("", &variables).len(), 1, "{wrong}");
    }
    for wrong in [
        "[house]\nregistration = \"Open\"",
        "[data]\ndirectory = 7",
        "[listen]\naddresses = \"[::]:7420\"",
        "[listen]\naddresses = [\"localhost:7420\"]",
        "[listen]\naddresses = [\"0.0.0.0:7420\", \"0.0.0.0:7420\"]",
        "[listen]\nplain = [\"0.0.0.0:7421\"]",
        "[log]\nlevel = \"inof\"",
        "listen = 7",
        "[limits]\nmessage_bytes = 131072\nframe_bytes = 65536",
        "[journal]\nwaiting_commands = 1",
        "[tls]\ncertificate = \"/etc/hostname\"",
        "[tls]\nkey = \"/etc/hostname\"",
        "[listen]\nsocket_group = \"no-such-group\"",
        "[accounts]\ndeleted_messages = \"burn\"",
        "[sessions]\npolicy = \"one\"",
        "[sessions]\nlimit = 0",
    ] {
        assert_eq!(complaints(wrong, &[]).len(), 1, "{wrong}");
    }
}

#[test]
fn a_key_in_a_wrong_section_is_led_to_the_right_one() {
    for (file, meant) in [
        ("iterations = 5000", "login.iterations"),
        ("[limits]\niterations = 5000", "login.iterations"),
        ("[listen]\nadresses = []", "listen.addresses"),
        ("[Login]\niterations = 5000", "[login]"),
        ("[session]\nlimit = 3", "[sessions]"),
    ] {
        let complaints = complaints(file, &[]);
        assert!(
            complaints[0].ends_with(&format!("did you mean {meant}?")),
            "{complaints:?}"
        );
    }
    assert_eq!(
        complaints("[limits]\nweather = 1", &[]),
        ["/etc/chatd/chatd.toml: there is no key limits.weather"]
    );
}

#[test]
fn a_variable_with_one_underscore_too_few_is_not_lost_in_silence() {
    let complaints = complaints("", &[("CHATD_LOGIN__ITERATIONS", "4096")]);
    assert_eq!(
        complaints,
        [
            "variable CHATD_LOGIN__ITERATIONS: there is no such setting, did you mean CHATD__LOGIN__ITERATIONS?"
        ]
    );
    assert!(load("", &[("CHATD_PORT", "tcp://10.0.0.1:7420")]).is_ok());
}

#[test]
fn a_file_that_is_not_toml_is_named_with_the_line() {
    let text = load("[login]\niterations = = 1", &[])
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("/etc/chatd/chatd.toml is not TOML: "),
        "{text}"
    );
    assert!(text.contains("line 2"), "{text}");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let error = Config::load(Some(Path::new("/nonexistent/c.toml")), Overrides::default());
    let text = error.unwrap_err().to_string();
    assert!(text.contains("/nonexistent/c.toml"), "{text}");
}

#[test]
fn values_from_the_environment_cannot_drive_the_terminal() {
    let complaints = complaints("", &[("CHATD__LOG__LEVEL", "\u{1b}]0;x\u{7}")]);
    assert!(!complaints[0].contains('\u{1b}'), "{complaints:?}");
}

#[test]
fn a_socket_path_that_the_kernel_refuses_is_told_before_the_start() {
    let file = format!("[listen]\nsocket = \"/{}\"", "a".repeat(107));
    assert_eq!(complaints(&file, &[]).len(), 1);
}

#[test]
fn the_socket_of_the_packaged_unit_is_known() {
    let known = known_sockets();
    assert!(known.contains(&PathBuf::from("/run/chatd/chatd.sock")));
    let once: BTreeSet<_> = known.iter().collect();
    assert_eq!(once.len(), known.len());
}
