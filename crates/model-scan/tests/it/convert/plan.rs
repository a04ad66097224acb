use model_scan::convert::{
    LeftOut, Obstacle, Optimizer, Options, Outcome, Plan, Proof, Refusals, Refused, Ties,
};

use super::{converted, names, read, tensor};
use crate::forge_torch::{
    Opcodes, Torch, call, dict, float, int, list, quantised, tensor as strided, text,
};

/// The metadata of an output.
fn metadata(output: &[u8]) -> Vec<(String, String)> {
    let (_, header) = safetensors::SafeTensors::read_metadata(output).unwrap();
    let mut pairs: Vec<(String, String)> = header.metadata().clone().unwrap().into_iter().collect();
    pairs.sort_unstable();
    pairs
}

/// A number of its own.
fn scalar(torch: &mut Torch, number: f32) -> Opcodes {
    let storage = torch.floats(&[number]);
    strided(&storage, 0, &[], &[])
}

#[test]
fn the_state_dict_of_a_training_checkpoint_is_converted() {
    let mut torch = Torch::default();
    let (weight, moment) = (scalar(&mut torch, 1.0), scalar(&mut torch, 2.0));
    let state = dict(&[
        ("state", dict(&[("exp_avg", moment)])),
        ("param_groups", list(&[])),
    ]);
    let root = dict(&[
        ("epoch", int(3)),
        ("state_dict", dict(&[("layer.weight", weight)])),
        ("optimizer", state),
    ]);
    let file = torch.zip(&root);
    let output = converted(&file, &Options::default());
    assert_eq!(names(&output), ["layer.weight"]);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    let outcomes: Vec<&Outcome> = plan.entries().iter().map(|entry| &entry.outcome).collect();
    assert_eq!(
        outcomes,
        [
            &Outcome::Converted(0..1),
            &Outcome::LeftOut(LeftOut::Optimizer)
        ]
    );
    let options = Options::default().with_optimizer(Optimizer::Include);
    assert_eq!(names(&converted(&file, &options)).len(), 2);
}

#[test]
fn a_part_that_is_asked_for_is_converted_alone() {
    let mut torch = Torch::default();
    let (one, two) = (scalar(&mut torch, 1.0), scalar(&mut torch, 2.0));
    let root = dict(&[
        ("params", dict(&[("w", one)])),
        ("params_ema", dict(&[("w", two)])),
    ]);
    let file = torch.zip(&root);
    assert_eq!(
        names(&converted(&file, &Options::default())),
        ["params.w", "params_ema.w"]
    );
    let options = Options::default().with_root(Some(vec!["params_ema".to_owned()]));
    let output = converted(&file, &options);
    assert_eq!(names(&output), ["w"]);
    assert_eq!(tensor(&output, "w").2, 2.0_f32.to_le_bytes());
}

#[test]
fn tied_tensors_are_kept_once_and_named_in_the_metadata() {
    let mut torch = Torch::default();
    let storage = torch.floats(&[1.0, 2.0]);
    let whole = strided(&storage, 0, &[2], &[1]);
    let root = dict(&[
        ("lm_head.weight", whole.clone()),
        ("embed.weight", whole),
        ("half", strided(&storage, 0, &[1], &[1])),
    ]);
    let file = torch.zip(&root);
    let output = converted(&file, &Options::default());
    assert_eq!(names(&output), ["embed.weight", "half"]);
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        metadata(&output),
        [pair("format", "pt"), pair("lm_head.weight", "embed.weight")]
    );
    let output = converted(&file, &Options::default().with_ties(Ties::Duplicate));
    assert_eq!(names(&output), ["embed.weight", "half", "lm_head.weight"]);
    assert_eq!(metadata(&output), [pair("format", "pt")]);
}

#[test]
fn two_tensors_of_one_name_are_both_refused() {
    let mut torch = Torch::default();
    let (one, two) = (scalar(&mut torch, 1.0), scalar(&mut torch, 2.0));
    let root = dict(&[("a.b", one), ("a", dict(&[("b", two)]))]);
    let file = torch.zip(&root);
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    for entry in plan.entries() {
        assert!(matches!(
            entry.outcome,
            Outcome::Refused(Refused::NameClash { .. })
        ));
    }
    assert_eq!(plan.layout().unwrap_err(), Obstacle::Refused { count: 2 });
}

#[test]
fn nothing_is_written_where_a_tensor_is_refused_unless_it_may_be_left_out() {
    let mut torch = Torch::default();
    let storage = torch.storage("QInt8Storage", 1, &[1]);
    let good = scalar(&mut torch, 1.0);
    let root = dict(&[
        ("bad", quantised(&storage, &[1], &[1], 0.5)),
        ("good", good),
    ]);
    let file = torch.zip(&root);
    let checkpoint = read(&file);
    let mut out = Vec::new();
    let plan = Plan::new(&checkpoint, &Options::default());
    assert!(plan.write(&mut out, Proof::None, &()).is_err());
    assert_eq!(out, b"");
    let options = Options::default().with_refusals(Refusals::LeaveOut);
    assert_eq!(names(&converted(&file, &options)), ["good"]);
}

#[test]
fn a_dangerous_checkpoint_is_converted_only_on_request() {
    let mut torch = Torch::default();
    let good = scalar(&mut torch, 1.0);
    let attack = call("os", "system", &[text("true")]);
    let file = torch.zip(&dict(&[("w", good), ("x", attack)]));
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    assert!(matches!(plan.layout(), Err(Obstacle::Dangerous { .. })));
    let mut options = Options::default();
    options.dangerous().allow_findings();
    assert_eq!(names(&converted(&file, &options)), ["w"]);
}

#[test]
fn what_holds_no_tensor_is_nothing_to_convert() {
    let file = Torch::default().zip(&dict(&[("lr", float(0.1))]));
    let checkpoint = read(&file);
    let plan = Plan::new(&checkpoint, &Options::default());
    assert_eq!(plan.layout().unwrap_err(), Obstacle::Nothing);
}

#[test]
fn a_bare_tensor_and_an_empty_key_have_names() {
    let mut torch = Torch::default();
    let bare = scalar(&mut torch, 1.0);
    assert_eq!(
        names(&converted(&torch.zip(&bare), &Options::default())),
        ["<root>"]
    );
    let file = torch.zip(&dict(&[("", bare)]));
    assert_eq!(names(&converted(&file, &Options::default())), [""]);
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let sizes: [(&[i64], &[i64]); 5] = [
        (&[i64::MAX], &[1]),
        (&[i64::MIN], &[1]),
        (&[1 << 31, 1 << 31, 1 << 31], &[0, 0, 0]),
        (&[2], &[i64::MAX]),
        (&[3], &[1]),
    ];
    for (shape, stride) in sizes {
        let mut torch = Torch::default();
        let storage = torch.floats(&[1.0, 2.0]);
        let file = torch.zip(&dict(&[("w", strided(&storage, 0, shape, stride))]));
        let checkpoint = read(&file);
        let plan = Plan::new(&checkpoint, &Options::default());
        assert!(plan.layout().is_err(), "{shape:?}");
        assert!(matches!(plan.entries()[0].outcome, Outcome::Refused(_)));
    }
}
