use alloc::borrow::ToOwned as _;
use alloc::format;

use findings::Severity;

use super::{Judge, shown};
use crate::effect::{Divergence, Effect, Origin, Reading};
use crate::fold;
use crate::lists::Judgement;
use crate::rules;
use crate::value::Value;

impl<'l> Judge<'l> {
    pub(super) fn import(&mut self, effect: &Effect<'_>, value: Value, origin: Origin) {
        let graph = effect.graph();
        let Some(name) = graph.name(value) else {
            return;
        };
        let full = name.full();
        let (rule, severity, message) = match self.lists.judge(name) {
            Judgement::Inert(_) | Judgement::Member(_) => return,
            Judgement::Capable { harm, reason } => (
                &rules::UNSAFE_GLOBAL,
                Severity::High,
                format!("imports `{}` ({harm}: {reason})", shown(&full)),
            ),
            Judgement::Unknown => {
                if fold::is_foldable(&full)
                    || origin == Origin::CutOff
                    || effect.reading == Reading::ArrayAsOpcodes
                {
                    return;
                }
                (
                    &rules::UNKNOWN_GLOBAL,
                    Severity::Medium,
                    format!("imports `{}`, which is on no list", shown(&full)),
                )
            }
        };
        if effect.reading == Reading::ArrayAsOpcodes {
            self.diverge(effect, Divergence::ArrayAsOpcodes);
        }
        if let Some(index) = self.about_name(effect, rule, severity, message, name) {
            if let Some(finding) = self.findings.get_mut(index) {
                match origin {
                    Origin::Computed => {
                        finding.reached = Some("a name computed by calls in the stream".to_owned());
                    }
                    Origin::Extension => {
                        finding.reached =
                            Some("an extension code that the stream registered".to_owned());
                    }
                    _ => {}
                }
            }
            if let Some(import) = graph.import(value) {
                self.imports.insert((effect.reading, import), index);
            }
        }
    }
}
