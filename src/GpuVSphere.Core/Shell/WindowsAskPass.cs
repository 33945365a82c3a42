using System;
using System.ComponentModel;
using System.IO;
using System.IO.Pipes;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace GpuVSphere.Shell;

/// <summary>
/// The program is a small executable, made by the C# compiler that is part of Windows (.NET Framework 4), in a new folder of the user's
/// temporary files. A batch file would do, but not safely: its arguments are read by cmd.exe, and a keyboard-interactive question is the
/// remote host's own text, which could then run commands here. The pipe is a named one with a random name. It answers only to who has
/// written a question into it, which by its default access only this user, an administrator or the system can.
/// </summary>
internal sealed class WindowsAskPass : AskPass
{
    private const string Source = """
        using System;
        using System.IO;
        using System.IO.Pipes;
        using System.Text;

        internal static class AskPass
        {
            private static int Main(string[] arguments)
            {
                using (NamedPipeClientStream pipe = new NamedPipeClientStream(".", Environment.GetEnvironmentVariable("GPUVSPHERE_ASKPASS"), PipeDirection.InOut))
                {
                    pipe.Connect(10000);
                    string text = arguments.Length == 0 ? "" : arguments[0].Split('\r', '\n')[0];
                    byte[] question = Encoding.UTF8.GetBytes(text + "\n");
                    pipe.Write(question, 0, question.Length);
                    pipe.Flush();
                    Stream output = Console.OpenStandardOutput();
                    pipe.CopyTo(output);
                    output.Flush();
                }

                return 0;
            }
        }
        """;

    private readonly string _folder;

    private WindowsAskPass(string folder, ShellCredential credential)
        : base(folder, credential) => _folder = folder;

    protected override string Program => ProgramIn(_folder);

    public static async Task<WindowsAskPass> CreateAsync(ShellCredential credential, CancellationToken cancellationToken)
    {
        string framework = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Windows), "Microsoft.NET");
        string compiler = new[] { "Framework64", "FrameworkArm64", "Framework" }
            .Select(folder => Path.Combine(framework, folder, "v4.0.30319", "csc.exe"))
            .FirstOrDefault(File.Exists) ?? throw NotPossible("this Windows lacks .NET Framework's compiler, which makes the program that the client asks.");
        string temporary = Path.Combine(Path.GetTempPath(), "GpuVSphere-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(temporary);
        WindowsAskPass made = new(temporary, credential);
        try
        {
            string source = Path.Combine(temporary, "askpass.cs");
            File.WriteAllText(source, Source);
            LocalRun run = await LocalProgram.RunAsync(
                compiler, ["/nologo", "/target:exe", "/out:" + ProgramIn(temporary), source], null, null, 100_000, cancellationToken).ConfigureAwait(false);
            return run.ExitCode == 0 ? made : throw NotPossible("the program that it asks could not be made. " + run.Output.Trim());
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    public override AskPassUse Begin(PasswordPrompt prompt)
    {
        string pipe = "GpuVSphere-" + Guid.NewGuid().ToString("N");
        NamedPipeServerStream server = new(pipe, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        CancellationTokenSource ending = new();
        Task answering = AnswerAsync(server, prompt, ending.Token);
        return Use(pipe, () =>
        {
            ending.Cancel();
            server.Dispose();
            answering.GetAwaiter().GetResult();
            ending.Dispose();
        });
    }

    private static string ProgramIn(string folder) => Path.Combine(folder, "askpass.exe");

    private async Task AnswerAsync(NamedPipeServerStream server, PasswordPrompt prompt, CancellationToken cancellationToken)
    {
        bool isAnswered = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await server.WaitForConnectionAsync(cancellationToken).ConfigureAwait(false);
                string question = await ReadLineAsync(server, cancellationToken).ConfigureAwait(false);
                if (!isAnswered && prompt.IsFor(question))
                {
                    isAnswered = true;
                    Credential.UseLine(line => server.Write(line, 0, line.Length));
                }

                // Who asks anything else gets the pipe's end, which is an empty answer.
                Drain(server);
                server.Disconnect();
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or Win32Exception)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    return;
                }

                Disconnect(server);
            }
        }
    }

    // Only Windows has this class made; the check says so to the compiler, too.
    private static void Drain(NamedPipeServerStream server)
    {
        if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
        {
            server.WaitForPipeDrain();
        }
    }

    private static void Disconnect(NamedPipeServerStream server)
    {
        try
        {
            server.Disconnect();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It was not connected, or is gone.
        }
    }

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        MemoryStream line = new();
        byte[] one = new byte[1];
        while (line.Length < 4096 && await stream.ReadAsync(one, 0, 1, cancellationToken).ConfigureAwait(false) == 1 && one[0] != '\n')
        {
            line.WriteByte(one[0]);
        }

        return Encoding.UTF8.GetString(line.ToArray());
    }
}
