using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

// A host with somebody at it: answers each question with the next of the given choices, and keeps what it was shown.
public sealed class AnsweringHost : PSHost
{
    private readonly AnsweringUI _ui;

    public AnsweringHost(int[] answers)
    {
        _ui = new AnsweringUI(answers);
    }

    public List<string> Questions { get { return _ui.Questions; } }

    public List<string> Lines { get { return _ui.Lines; } }

    public override CultureInfo CurrentCulture { get { return CultureInfo.InvariantCulture; } }

    public override CultureInfo CurrentUICulture { get { return CultureInfo.InvariantCulture; } }

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override string Name { get { return "Answering"; } }

    public override PSHostUserInterface UI { get { return _ui; } }

    public override Version Version { get { return new Version(1, 0); } }

    public override void EnterNestedPrompt() { }

    public override void ExitNestedPrompt() { }

    public override void NotifyBeginApplication() { }

    public override void NotifyEndApplication() { }

    public override void SetShouldExit(int exitCode) { }

    private sealed class AnsweringUI : PSHostUserInterface
    {
        private readonly Queue<int> _answers;

        public AnsweringUI(int[] answers)
        {
            _answers = new Queue<int>(answers);
        }

        public List<string> Questions { get; } = new List<string>();

        public List<string> Lines { get; } = new List<string>();

        public override PSHostRawUserInterface RawUI { get { return null; } }

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions)
        {
            return new Dictionary<string, PSObject>();
        }

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
        {
            Questions.Add(message);
            return _answers.Dequeue();
        }

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) { return null; }

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) { return null; }

        public override string ReadLine() { return string.Empty; }

        public override SecureString ReadLineAsSecureString() { return new SecureString(); }

        public override void Write(string value) { Keep(value); }

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) { Keep(value); }

        public override void WriteDebugLine(string message) { }

        public override void WriteErrorLine(string value) { Keep(value); }

        public override void WriteLine(string value) { Keep(value); }

        public override void WriteProgress(long sourceId, ProgressRecord record) { }

        public override void WriteVerboseLine(string message) { }

        public override void WriteWarningLine(string message) { Keep(message); }

        private void Keep(string line)
        {
            lock (Lines)
            {
                Lines.Add(line);
            }
        }
    }
}
