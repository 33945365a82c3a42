using System;
using System.Security;
using System.Threading;
using System.Threading.Tasks;
using GpuVSphere.Shell;

namespace GpuVSphere.Bitfusion;

/// <summary>Licenses FlexDirect in a guest (<c>init</c>).</summary>
internal static class FlexDirectLicensing
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs init, and answers what it asks.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="vmName">Its VM's name, for messages.</param>
    /// <param name="program">The program.</param>
    /// <param name="key">The key; null when none was given.</param>
    /// <param name="accepts">Whether the user accepted the licence's terms.</param>
    /// <param name="cancellationToken">Ends init.</param>
    /// <returns>What it said, without the key.</returns>
    /// <exception cref="GpuVSphereException">
    /// FlexDirectKeyNeeded, FlexDirectTermsNotAccepted: it asks for what was not given. FlexDirectLicenseRefused: it does not say that the licence is ready. Those of the shell.
    /// </exception>
    public static async Task<string> InitializeAsync(FlexDirectGuest guest, string vmName, FlexDirectProgram program, SecureString? key, bool accepts, CancellationToken cancellationToken)
    {
        // What it asks, and in which order, is not the same in every release: asked without an answer, it shows its first question.
        string said = await InitAsync(guest, program, null, cancellationToken).ConfigureAwait(false);
        if (FlexDirectText.ReadLicense(said) == true)
        {
            return said;
        }

        int asksKey = FlexDirectText.AsksForKey(said);
        int asksTerms = FlexDirectText.AsksToAccept(said);
        bool yesFirst = asksTerms >= 0 && (asksKey < 0 || asksTerms < asksKey);
        if (yesFirst && !accepts)
        {
            throw TermsNotAccepted(vmName);
        }

        if (key is null && !yesFirst)
        {
            throw asksKey >= 0 ? KeyNeeded(vmName) : Refused(vmName, said);
        }

        using (SecureString answers = FlexDirectLicenseKey.Answers(key, accepts, yesFirst))
        {
            said = FlexDirectLicenseKey.Hide(await InitAsync(guest, program, answers, cancellationToken).ConfigureAwait(false), key);
        }

        return FlexDirectText.ReadLicense(said) == true ? said
            : !accepts && FlexDirectText.AsksToAccept(said) >= 0 ? throw TermsNotAccepted(vmName)
            : key is null && FlexDirectText.AsksForKey(said) >= 0 ? throw KeyNeeded(vmName)
            : throw Refused(vmName, said);
    }

    private static async Task<string> InitAsync(FlexDirectGuest guest, FlexDirectProgram program, SecureString? input, CancellationToken cancellationToken)
    {
        ShellResult result = await guest.Shell.RunAsync(
            new GuestCommand(RemoteQuoting.Join([program.Path, "init"])) { AsRoot = true, Input = input, Timeout = s_patience }, cancellationToken).ConfigureAwait(false);
        return result.Output + "\n" + result.Error;
    }

    private static GpuVSphereException KeyNeeded(string vmName) => new(
        "FlexDirectKeyNeeded", GpuErrorCategory.InvalidArgument, $"FlexDirect in {vmName} asks for a licence key.", vmName, $"Initialize-FlexDirect -VM {Typed.Name(vmName)} -LicenseKey (Read-Host -AsSecureString)");

    private static GpuVSphereException TermsNotAccepted(string vmName) => new(
        "FlexDirectTermsNotAccepted", GpuErrorCategory.InvalidArgument, $"FlexDirect in {vmName} asks to accept the terms of its licence.", vmName, $"Read them, and when you accept them: Initialize-FlexDirect -VM {Typed.Name(vmName)} -LicenseKey <key> -AcceptEula");

    private static GpuVSphereException Refused(string vmName, string said) => new(
        "FlexDirectLicenseRefused",
        GpuErrorCategory.PermissionDenied,
        $"FlexDirect in {vmName} does not say that its licence is ready. It says: {(FlexDirectText.Complaint(said) is { Length: > 0 } complaint ? complaint : "nothing")}",
        vmName,
        "Look whether the key is right and whether the guest reaches the licence server.");
}
