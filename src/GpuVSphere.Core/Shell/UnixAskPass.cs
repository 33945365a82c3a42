using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>
/// The program is a shell script and the pipes are two FIFOs in a folder of mode 700: .NET's own named pipes are sockets here, which a script
/// cannot open. <c>mktemp</c>, <c>mkfifo</c> and <c>head</c> are POSIX or on every system that has OpenSSH. Both FIFOs are held open here for
/// reading and writing, so that opening them waits for nobody, on either side, and nothing hangs when the client never asks.
/// </summary>
internal sealed class UnixAskPass : AskPass
{
    // The script names no secret: head copies a line from one pipe to the other, so that it does not pass through an argument or a variable.
    private const string Script = "#!/bin/sh\nprintf '%s\\n' \"$1\" | head -n 1 > \"$" + PipeVariable + "/question\"\nexec head -n 1 < \"$" + PipeVariable + "/answer\"\n";

    private const string Setup = "umask 077 && d=$(mktemp -d) && cat > \"$d/askpass\" && chmod 700 \"$d/askpass\" && mkfifo \"$d/question\" \"$d/answer\" && printf %s \"$d\"";

    private readonly string _folder;
    private readonly FileStream _question;
    private readonly FileStream _answer;

    private UnixAskPass(string folder, ShellCredential credential)
        : base(folder, credential)
    {
        _folder = folder;
        _question = Open("question");
        try
        {
            _answer = Open("answer");
        }
        catch
        {
            _question.Dispose();
            throw;
        }
    }

    protected override string Program => Path.Combine(_folder, "askpass");

    public static async Task<UnixAskPass> CreateAsync(ShellCredential credential, CancellationToken cancellationToken)
    {
        LocalRun run = await LocalProgram.RunAsync("/bin/sh", ["-c", Setup], null, Script, 10_000, cancellationToken).ConfigureAwait(false);
        return run.ExitCode == 0
            ? new UnixAskPass(run.Output, credential)
            : throw NotPossible("no private folder could be made for it. " + run.Error.Trim());
    }

    public override AskPassUse Begin(PasswordPrompt prompt)
    {
        int ended = 0;
        Task answering = Task.Run(() => AnswerOnce(prompt, () => Volatile.Read(ref ended) != 0));
        return Use(_folder, () =>
        {
            // The empty question wakes the reader that nobody has asked.
            Volatile.Write(ref ended, 1);
            _question.WriteByte((byte)'\n');
            _question.Flush();
            answering.GetAwaiter().GetResult();
        });
    }

    public override void Dispose()
    {
        _question.Dispose();
        _answer.Dispose();
        base.Dispose();
    }

    private void AnswerOnce(PasswordPrompt prompt, Func<bool> hasEnded)
    {
        bool isAnswered = false;
        while (true)
        {
            string question = ReadLine();
            if (hasEnded() && question.Length == 0)
            {
                return;
            }

            if (!isAnswered && prompt.IsFor(question))
            {
                isAnswered = true;
                Credential.UseLine(Answer);
            }
            else
            {
                // An empty line: whoever asks is refused by what it connects to, and does not wait here.
                Answer([(byte)'\n']);
            }
        }
    }

    private void Answer(byte[] line)
    {
        _answer.Write(line, 0, line.Length);
        _answer.Flush();
    }

    private string ReadLine()
    {
        MemoryStream line = new();
        int next;
        while ((next = _question.ReadByte()) is not (-1 or '\n'))
        {
            line.WriteByte((byte)next);
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }

    // Without a buffer: what is written is in the pipe at once, and no copy of the secret stays in the stream.
    private FileStream Open(string name) => new(Path.Combine(_folder, name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
}
