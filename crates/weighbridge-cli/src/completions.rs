use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory as _};
use clap_complete::{Shell, generate};

use crate::arguments::{Arguments, Completions};
use crate::exit::Exit;
use crate::output::destination::Destination;
use crate::rules;

/// The name under which a shell looks for the program.
const PROGRAM: &str = "weighbridge";

/// Prints the completions of a shell.
pub(crate) fn run(arguments: &Completions) -> Exit {
    Destination::Stdout.write(&script(arguments.shell), Exit::Fine)
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut completed(), PROGRAM, &mut script);
    script
}

/// Returns the command line with the rules as values of `explain`, which itself takes more ways to name one.
fn completed() -> Command {
    Arguments::command().mut_subcommand("explain", |explain| {
        explain.mut_arg("rule", |rule| {
            rule.value_parser(PossibleValuesParser::new(
                rules::all().map(|rule| rule.code()),
            ))
        })
    })
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use clap_complete::Shell;

    use super::script;
    use crate::rules;

    #[test]
    fn every_shell_completes_options_and_rules() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();
            assert!(script.contains("fail-on"), "{shell}");
            // The other shells are told of commands and options only, whatever the values are.
            if matches!(shell, Shell::Bash | Shell::Zsh) {
                for rule in rules::all() {
                    assert!(script.contains(rule.code()), "{shell}: {}", rule.id);
                }
            }
        }
    }
}
