use std::io::{self, Write as _};

use clap::Command;
use clap_mangen::roff::{Roff, roman};
use weighbridge::findings::escape_shortened;

use crate::arguments::{Arguments, Man};
use crate::exit::Exit;
use crate::failure::{Failure, quoted};
use crate::output::destination::Destination;
use crate::slip::closest;

/// The manual's section of commands.
const SECTION: &str = "1";
/// What stands at the top of each page.
const MANUAL: &str = "Weighbridge manual";
/// Longest part of a mistyped command that is repeated, in characters.
const SHOWN: usize = 80;

/// Prints the page of one command, or writes the pages of all of them to a folder.
pub(crate) fn run(arguments: &Man) -> Result<Exit, Failure> {
    let Some(folder) = &arguments.output else {
        let page = page(&find(&arguments.path)?)?;
        return Ok(Destination::Stdout.write(&page, Exit::Fine));
    };
    if !folder.exists() {
        return Err(Failure::usage(format!("no folder {}", quoted(folder))));
    }
    if !folder.is_dir() {
        return Err(Failure::usage(format!("{} is no folder", quoted(folder))));
    }
    for command in Arguments::commands() {
        let path = folder.join(format!("{}.{SECTION}", name(&command)));
        let exit = Destination::new(Some(&path))?.write(&page(&command)?, Exit::Fine);
        // What could not be written was said.
        if exit != Exit::Fine {
            return Ok(exit);
        }
    }
    Ok(Exit::Fine)
}

/// Finds the command that these words lead to.
fn find(path: &[String]) -> Result<Command, Failure> {
    let mut command = Arguments::program();
    for word in path {
        let Some(below) = command.find_subcommand(word) else {
            return Err(lost(&command, word));
        };
        command = below.clone();
    }
    Ok(command)
}

/// Says what there is where the word leads nowhere.
fn lost(command: &Command, word: &str) -> Failure {
    let parent = command.get_bin_name().unwrap_or(command.get_name());
    let unknown = escape_shortened(word, SHOWN);
    let unknown = format!("no command `{unknown}` below `{parent}`");
    let offers: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    Failure::usage(if let Some(close) = closest(word, offers.iter().copied()) {
        format!("{unknown}, did you mean `{close}`?")
    } else if offers.is_empty() {
        unknown
    } else {
        format!("{unknown}; there are {}", offers.join(", "))
    })
}

/// Returns the name of a page: `weighbridge-pickle-effects`.
fn name(command: &Command) -> &str {
    command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    write(command, &mut page).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(page)
}

/// Writes the sections as `clap_mangen` has them, but for the title, of which it drops the empty date, and the
/// text at the end, whose lines it would run together.
fn write(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = clap_mangen::Man::new(command.clone()).section(SECTION);
    let (title, source) = (
        name(command),
        concat!("weighbridge ", env!("CARGO_PKG_VERSION")),
    );
    writeln!(
        page,
        ".TH \"{title}\" {SECTION} \"\" \"{source}\" \"{MANUAL}\""
    )?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    if let Some(text) = command.get_after_help() {
        end(&text.to_string()).to_writer(page)?;
    }
    Ok(())
}

/// Lays out the text at the end of a help as it is: a line that ends in a colon is a heading, what follows
/// keeps its lines.
fn end(text: &str) -> Roff {
    let mut roff = Roff::new();
    for line in text.lines() {
        match line.strip_suffix(':') {
            Some(heading) if !line.starts_with(' ') => {
                roff.control("SH", [heading.to_uppercase().as_str()]);
                roff.control("nf", []);
            }
            _ => {
                roff.text([roman(line)]);
            }
        }
    }
    roff.control("fi", []);
    roff
}

#[cfg(test)]
mod tests {
    use super::{find, name, page};
    use crate::arguments::Arguments;

    #[test]
    fn every_command_has_a_page_of_its_own_name() {
        let commands = Arguments::commands();
        let names: Vec<&str> = commands.iter().map(name).collect();
        for wanted in [
            "weighbridge",
            "weighbridge-scan",
            "weighbridge-pickle-effects",
        ] {
            assert!(names.contains(&wanted), "{names:?}");
        }
        for command in &commands {
            let page = String::from_utf8(page(command).unwrap()).unwrap();
            // Roff wants its hyphens escaped.
            let name = name(command).replace('-', "\\-");
            assert!(page.contains(&format!("\n{name} \\- ")), "{page}");
        }
    }

    #[test]
    fn a_path_of_words_leads_to_a_command() {
        let words = |path: &[&str]| path.iter().map(ToString::to_string).collect::<Vec<_>>();
        let found = find(&words(&["pickle", "effects"])).unwrap();
        assert_eq!(name(&found), "weighbridge-pickle-effects");
        assert_eq!(name(&find(&[]).unwrap()), "weighbridge");
    }

    #[test]
    fn a_word_that_leads_nowhere_is_told_what_there_is() {
        let lost = |path: &[&str]| {
            let words: Vec<String> = path.iter().map(ToString::to_string).collect();
            find(&words).unwrap_err().to_string()
        };
        assert_eq!(
            lost(&["pickle", "efects"]),
            "no command `efects` below `weighbridge pickle`, did you mean `effects`?"
        );
        assert!(
            lost(&["\x1b"]).starts_with("no command `\\x1b` below `weighbridge`; there are scan, ")
        );
        assert_eq!(
            lost(&["scan", "it"]),
            "no command `it` below `weighbridge scan`"
        );
    }
}
