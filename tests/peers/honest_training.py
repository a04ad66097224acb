"""Honest objects of the libraries that train with torch: arguments, configurations, tokenizers, whole models, checkpoints."""

import importlib
import re

import torch

NAMESPACE = {"torch": torch, "nn": torch.nn}
for _name in "transformers tokenizers lightning lightning.pytorch pytorch_lightning timm timm.optim timm.scheduler timm.loss timm.utils timm.data ultralytics.nn.tasks accelerate peft omegaconf ultralytics torchmetrics safetensors".split():
    try:
        NAMESPACE[_name.replace(".", "_")] = importlib.import_module(_name)
    except Exception:
        pass

TINY = "hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, vocab_size=32"
TABLES = {
    "transformers": [
        "transformers.TrainingArguments('out')", "transformers.TrainingArguments('out', learning_rate=1e-5, report_to=[], eval_strategy='steps', eval_steps=5)", "transformers.Seq2SeqTrainingArguments('out')", "transformers.TrainerState()", "transformers.TrainerControl()", "transformers.trainer_utils.IntervalStrategy.STEPS", "transformers.trainer_utils.SchedulerType.LINEAR",
        "transformers.EarlyStoppingCallback()", "transformers.GenerationConfig()", "transformers.BertConfig()", "transformers.GPT2Config()", "transformers.T5Config()", "transformers.LlamaConfig()", "transformers.CLIPConfig()", "transformers.WhisperConfig()", "transformers.ViTConfig()", "transformers.RobertaConfig()",
        "transformers.BertModel(transformers.BertConfig(%s))" % TINY, "transformers.BertForSequenceClassification(transformers.BertConfig(%s))" % TINY, "transformers.RobertaForMaskedLM(transformers.RobertaConfig(%s))" % TINY, "transformers.DistilBertModel(transformers.DistilBertConfig(dim=8, n_layers=1, n_heads=2, hidden_dim=16, vocab_size=32))",
        "transformers.GPT2LMHeadModel(transformers.GPT2Config(n_embd=8, n_layer=1, n_head=2, vocab_size=32))", "transformers.T5ForConditionalGeneration(transformers.T5Config(d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2, vocab_size=32))", "transformers.LlamaForCausalLM(transformers.LlamaConfig(num_key_value_heads=2, %s))" % TINY,
        "transformers.ViTModel(transformers.ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=8, patch_size=4))", "transformers.BertModel(transformers.BertConfig(%s)).state_dict()" % TINY, "transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizers.Tokenizer(tokenizers.models.WordLevel({'a': 0, '[UNK]': 1}, unk_token='[UNK]')))",
        "transformers.DataCollatorWithPadding", "transformers.BatchEncoding({'input_ids': [1]})", "transformers.modeling_outputs.BaseModelOutput(last_hidden_state=torch.ones(1))", "transformers.optimization.get_linear_schedule_with_warmup(torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1), 1, 2)",
        "transformers.optimization.get_linear_schedule_with_warmup(torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1), 1, 2).state_dict()", "transformers.BitsAndBytesConfig(load_in_4bit=True)", "transformers.AddedToken('a')", "transformers.ViTImageProcessor()",
    ],
    "tokenizers": [
        "tokenizers.Tokenizer(tokenizers.models.BPE())", "tokenizers.Tokenizer(tokenizers.models.WordPiece({'a': 0}, unk_token='a'))", "tokenizers.Tokenizer(tokenizers.models.Unigram())", "tokenizers.AddedToken('x')", "tokenizers.pre_tokenizers.Whitespace()", "tokenizers.normalizers.Lowercase()", "tokenizers.decoders.WordPiece()", "tokenizers.processors.TemplateProcessing(single='$A', special_tokens=[])", "tokenizers.trainers.BpeTrainer()",
    ],
    "lightning": [
        "{'epoch': 1, 'global_step': 3, 'pytorch-lightning_version': '2.0.0', 'state_dict': {'w': torch.ones(1)}, 'loops': {}, 'callbacks': {'ModelCheckpoint{...}': {'best_model_score': torch.tensor(0.5), 'best_k_models': {}, 'dirpath': 'x'}}, 'optimizer_states': [], 'lr_schedulers': [], 'hparams_name': 'kwargs', 'hyper_parameters': {'lr': 0.1}}",
        "lightning_pytorch.callbacks.ModelCheckpoint()", "lightning_pytorch.callbacks.EarlyStopping('loss')", "lightning_pytorch.utilities.parsing.AttributeDict(lr=0.1)", "pytorch_lightning.utilities.parsing.AttributeDict(lr=0.1)", "{'hyper_parameters': pytorch_lightning.utilities.parsing.AttributeDict(lr=0.1, layers=[1])}", "lightning_pytorch.LightningModule()", "pytorch_lightning.LightningModule()", "lightning_pytorch.callbacks.LearningRateMonitor()", "torchmetrics.Accuracy(task='binary')",
        "torchmetrics.MeanMetric()", "torchmetrics.MetricCollection([torchmetrics.MeanSquaredError()])",
    ],
    "omegaconf": ["omegaconf.OmegaConf.create({'a': {'b': [1, 2]}, 'c': '${a.b}'})", "omegaconf.OmegaConf.create([1, {'a': None}])", "{'hyper_parameters': omegaconf.OmegaConf.create({'lr': 0.1})}"],
    "timm": [
        "timm.create_model('resnet18')", "timm.create_model('vit_tiny_patch16_224', depth=1)", "timm.create_model('mobilenetv3_small_050')", "timm.create_model('efficientnet_lite0').blocks[0]", "timm.create_model('convnext_atto').stages[0]", "timm.create_model('swin_tiny_patch4_window7_224').layers[0]", "timm.create_model('regnetx_002').stem", "timm.create_model('mixer_s32_224').blocks[0]", "timm.optim.create_optimizer_v2(nn.Linear(2, 2), 'adamw')",
        "timm.scheduler.CosineLRScheduler(torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1), 3)", "timm.utils.ModelEmaV2(nn.Linear(2, 2))", "timm.create_model('deit_tiny_patch16_224', depth=1)", "timm.data.create_transform(8)", "timm.data.create_transform(8, is_training=True)", "timm.loss.LabelSmoothingCrossEntropy()",
    ],
    "peft": ["peft.LoraConfig()", "peft.LoraConfig(r=4, target_modules=['q'])", "peft.PrefixTuningConfig()", "peft.TaskType.CAUSAL_LM"],
    "accelerate": ["accelerate.utils.DistributedType.NO", "accelerate.state.PartialState", "accelerate.utils.GradientAccumulationPlugin(2)"],
    "ultralytics": [
        "{'model': ultralytics.nn.tasks.DetectionModel('yolov8n.yaml', verbose=False), 'ema': None, 'updates': 3, 'optimizer': None, 'train_args': {'lr0': 0.1}, 'epoch': 3, 'date': '2024', 'version': '8'}", "ultralytics.nn.tasks.ClassificationModel('yolov8n-cls.yaml', verbose=False)", "ultralytics.nn.tasks.SegmentationModel('yolov8n-seg.yaml', verbose=False)", "ultralytics.utils.IterableSimpleNamespace(a=1)", "ultralytics.nn.modules.Conv(3, 4)", "ultralytics.nn.modules.C2f(4, 4)",
    ],
}


def expressions():
    """Yields the group's name and its expressions."""
    for group, table in TABLES.items():
        yield group, table


def write_files(folder, skipped):
    """Writes each object with torch.save; returns how many."""
    written = 0
    for group, table in expressions():
        for expression in table:
            path = folder / ("%s-%s.pt" % (group, re.sub(r"[^A-Za-z0-9_.+-]+", "-", expression)[:80].strip("-.")))
            try:
                torch.save(eval(expression, dict(NAMESPACE)), str(path))
                written += 1
            except Exception as error:
                skipped.append(("training-files", expression, repr(error)[:200]))
                if path.exists():
                    path.unlink()
    return written
