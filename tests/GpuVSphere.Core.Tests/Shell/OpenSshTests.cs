using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Core.Tests.Shell;

/// <summary>How the client is called and what is made of its answers; the real one is in the peers ring.</summary>
public sealed class OpenSshTests
{
    private const string Secret = "p ä$'\"\\w0rd";

    public OpenSshTests() => Skip.If(OperatingSystem.IsWindows(), "the client is stood in for by a shell script");

    [SkippableFact]
    public async Task A_command_runs_without_a_terminal_forwarding_or_questions_and_its_result_is_given()
    {
        using FakeSsh fake = new("for last; do :; done; exec /bin/sh -c \"$last\"");
        using IShell shell = await fake.Shells().OpenAsync(FakeSsh.Host, CancellationToken.None);

        ShellResult result = await shell.RunAsync("printf 'größe\\n'; echo wrong >&2; exit 9", CancellationToken.None);

        Assert.Equal(new ShellResult(9, "größe\n", "wrong\n"), result);
        string[] arguments = fake.Arguments.Split('\n');
        Assert.Subset(arguments.ToHashSet(), new[] { "-T", "-n", "-a", "-x", "BatchMode=yes", "StrictHostKeyChecking=yes", "ClearAllForwardings=yes", "--", "esx01" }.ToHashSet());
        Assert.DoesNotContain("-l", arguments);
        Assert.Equal(Array.IndexOf(arguments, "--") + 1, Array.IndexOf(arguments, "esx01"));
        Assert.DoesNotContain("SSH_ASKPASS_REQUIRE", fake.Environment);
    }

    [SkippableFact]
    public async Task A_user_without_a_password_logs_in_with_keys()
    {
        using FakeSsh fake = new("exit 0");
        using IShell shell = await fake.Shells(FakeSsh.Login("root", "")).OpenAsync(FakeSsh.Host, CancellationToken.None);

        await shell.RunAsync("true", CancellationToken.None);

        Assert.Contains("-l\nroot\n", fake.Arguments);
        Assert.Contains("BatchMode=yes", fake.Arguments);
    }

    [SkippableFact]
    public async Task The_client_s_own_255_is_an_error_and_the_command_s_own_is_a_result()
    {
        using FakeSsh runs = new("for last; do :; done; exec /bin/sh -c \"$last\"");
        using IShell shell = await runs.Shells().OpenAsync(FakeSsh.Host, CancellationToken.None);
        Assert.Equal(new ShellResult(255, "", "no\n"), await shell.RunAsync("echo no >&2; exit 255 # done", CancellationToken.None));

        using FakeSsh fails = new("echo 'ssh: connect to host esx01 port 22: Connection refused' >&2; exit 255");
        using IShell other = await fails.Shells().OpenAsync(FakeSsh.Host, CancellationToken.None);
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => other.RunAsync("true", CancellationToken.None));
        Assert.Equal("SshRefused", error.Id);
    }

    [SkippableFact]
    public async Task The_password_goes_through_the_pipe_alone_and_once()
    {
        using FakeSsh fake = new(
            "\"$SSH_ASKPASS\" \"root@esx01's password: \" > \"$FOLDER/got\"; \"$SSH_ASKPASS\" \"root@esx01's password: \" > \"$FOLDER/again\"\n"
            + "ls -l \"$GPUVSPHERE_ASKPASS\" > \"$FOLDER/list\"; ls -ld \"$GPUVSPHERE_ASKPASS\" >> \"$FOLDER/list\"; cat \"$SSH_ASKPASS\" > \"$FOLDER/script\"");
        using ShellCredential login = FakeSsh.Login("root", Secret);
        using (IShell shell = await fake.Shells(login).OpenAsync(FakeSsh.Host, CancellationToken.None))
        {
            Assert.Equal(0, (await shell.RunAsync("true", CancellationToken.None)).ExitCode);
        }

        Assert.Equal(Secret + "\n", fake.Read("got"));
        Assert.Equal("\n", fake.Read("again"));
        foreach (string seen in new[] { fake.Arguments, fake.Environment, fake.Read("script") })
        {
            Assert.NotEmpty(seen);
            Assert.DoesNotContain("w0rd", seen);
        }

        Assert.Contains("SSH_ASKPASS_REQUIRE=force", fake.Environment);
        Assert.Contains("BatchMode=no", fake.Arguments);
        Assert.Contains("PubkeyAuthentication=no", fake.Arguments);
        Assert.Contains("drwx------", fake.Read("list"));
        Assert.Equal(2, fake.Read("list").Split('\n').Count(line => line.StartsWith("prw-------", StringComparison.Ordinal)));
        string folder = fake.Environment.Split('\n').First(line => line.StartsWith("GPUVSPHERE_ASKPASS=", StringComparison.Ordinal)).Split('=')[1];
        Assert.False(System.IO.Directory.Exists(folder));
    }

    [SkippableFact]
    public async Task Another_command_of_the_same_shell_may_ask_again()
    {
        using FakeSsh fake = new("\"$SSH_ASKPASS\" '(root@esx01) Password: ' >> \"$FOLDER/got\"");
        using ShellCredential login = FakeSsh.Login("root", "one");
        using IShell shell = await fake.Shells(login).OpenAsync(FakeSsh.Host, CancellationToken.None);

        await shell.RunAsync("true", CancellationToken.None);
        await shell.RunAsync("true", CancellationToken.None);

        Assert.Equal("one\none\n", fake.Read("got"));
    }

    [SkippableFact]
    public async Task A_client_that_never_asks_does_not_hang()
    {
        using FakeSsh fake = new("exit 3");
        using ShellCredential login = FakeSsh.Login("root", "one");
        using IShell shell = await fake.Shells(login).OpenAsync(FakeSsh.Host, CancellationToken.None);

        Assert.Equal(3, (await shell.RunAsync("true", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60))).ExitCode);
    }

    [SkippableTheory]
    [InlineData("Enter passphrase for key 'id_ed25519': ")]
    [InlineData("root@jump's password: ")]
    [InlineData("(root@jump) Password: ")]
    [InlineData("Password: ")]
    [InlineData("(root@esx01) New password: ")]
    public async Task Nobody_else_gets_the_password(string question)
    {
        using FakeSsh fake = new("\"$SSH_ASKPASS\" \"" + question + "\" > \"$FOLDER/got\"; exit 255", configuration: "hostname 10.0.0.1\nproxyjump jump");
        using ShellCredential login = FakeSsh.Login("root", Secret);
        using IShell shell = await fake.Shells(login).OpenAsync(FakeSsh.Host, CancellationToken.None);

        await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync("true", CancellationToken.None));

        Assert.Equal("\n", fake.Read("got"));
    }

    [SkippableTheory]
    [InlineData("root@esx01's password: ", true, true)]
    [InlineData("root@10.0.0.1's password: ", true, true)]
    [InlineData("(root@ESX01) Password: ", true, true)]
    [InlineData("(root@esx01) Password for root@esx01.lab: ", true, true)]
    [InlineData("Password: ", true, false)]
    [InlineData("Password:", true, false)]
    [InlineData("admin@esx01's password: ", false, false)]
    [InlineData("root@esx02's password: ", false, false)]
    [InlineData("(root@esx01) Verification code: ", false, false)]
    [InlineData("Enter passphrase for key 'x': ", false, false)]
    [InlineData("Are you sure you want to continue connecting (yes/no/[fingerprint])? ", false, false)]
    [InlineData("", false, false)]
    public void A_question_is_the_host_s_or_not(string question, bool direct, bool throughAnother)
    {
        Assert.Equal(direct, new PasswordPrompt("root", ["esx01", "10.0.0.1"], isDirect: true).IsFor(question));
        Assert.Equal(throughAnother, new PasswordPrompt("root", ["esx01", "10.0.0.1"], isDirect: false).IsFor(question));
    }

    [SkippableTheory]
    [InlineData("OpenSSH_8.3p1 Ubuntu-1, OpenSSL 1.1.1f", true)]
    [InlineData("OpenSSH_for_Windows_7.7p1, LibreSSL 2.6.5", true)]
    [InlineData("Sun_SSH_2.4", true)]
    [InlineData("OpenSSH_8.4p1", false)]
    [InlineData("OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2", false)]
    [InlineData("OpenSSH_10.0p2", false)]
    public async Task Only_a_client_that_can_ask_a_program_gets_a_password(string banner, bool isTooOld)
    {
        using FakeSsh fake = new("exit 0", banner);
        using ShellCredential login = FakeSsh.Login("root", Secret);
        Task<IShell> opening = fake.Shells(login).OpenAsync(FakeSsh.Host, CancellationToken.None);
        if (isTooOld)
        {
            GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => opening);
            Assert.Equal("SshClientTooOld", error.Id);
            Assert.Contains("8.4", error.Message);
        }
        else
        {
            (await opening).Dispose();
        }

        // Keys need no such client.
        (await fake.Shells().OpenAsync(FakeSsh.Host, CancellationToken.None)).Dispose();
    }

    [SkippableFact]
    public async Task A_missing_client_is_said_to_be_missing()
    {
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(
            () => new OpenSshHostShells(new OpenSshOptions { Program = "/nowhere/ssh" }).OpenAsync(FakeSsh.Host, CancellationToken.None));
        Assert.Equal("SshClientMissing", error.Id);
        Assert.NotNull(error.NextStep);
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("-oProxyCommand=reboot")]
    [InlineData("a b")]
    [InlineData("esx01;reboot")]
    [InlineData("$(id)")]
    public async Task What_cannot_be_a_name_is_not_given_to_the_client(string name)
    {
        using FakeSsh fake = new("exit 0");
        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => fake.Shells().OpenAsync(FakeSsh.Host with { Name = name }, CancellationToken.None));
        Assert.Equal("SshNameInvalid", error.Id);
        Assert.Empty(fake.Arguments);
    }

    [SkippableFact]
    public async Task Endless_output_is_cut_and_said()
    {
        using FakeSsh fake = new("exec yes 0123456789");
        using IShell shell = await fake.Shells(outputLimit: 100_000).OpenAsync(FakeSsh.Host, CancellationToken.None);

        GpuVSphereException error = await Assert.ThrowsAsync<GpuVSphereException>(() => shell.RunAsync("true", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal("ShellOutputTooLong", error.Id);
    }

    [SkippableFact]
    public async Task A_cancelled_command_takes_the_client_and_its_children_with_it()
    {
        using FakeSsh fake = new("sleep 300 & echo $! > \"$FOLDER/child\"; echo $$ > \"$FOLDER/parent\"; wait");
        using IShell shell = await fake.Shells().OpenAsync(FakeSsh.Host, CancellationToken.None);
        using CancellationTokenSource stop = new();
        Task<ShellResult> running = shell.RunAsync("true", stop.Token);
        while (fake.Read("parent").Length == 0)
        {
            await Task.Delay(20);
        }

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(60)));
        foreach (string file in new[] { "child", "parent" })
        {
            int id = int.Parse(fake.Read(file).Trim(), System.Globalization.CultureInfo.InvariantCulture);
            for (int wait = 0; wait < 1200 && IsAlive(id); wait++)
            {
                await Task.Delay(50);
            }

            Assert.False(IsAlive(id), file);
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            // What has ended and was not yet collected by its parent is a zombie.
            using Process process = Process.GetProcessById(id);
            return !process.HasExited && !System.IO.File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is ArgumentException or System.IO.IOException or InvalidOperationException)
        {
            return false;
        }
    }
}
