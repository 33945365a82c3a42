using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using GpuVSphere.Changes;
using GpuVSphere.Operations;

namespace GpuVSphere.Guest;

/// <summary>What a user can ask for of guests' licences, as intents. <c>GpuOperations</c> makes operations of them.</summary>
public static class VgpuLicenseIntents
{
    /// <summary>The kind of these intents.</summary>
    internal const string Kind = "VgpuLicense";

    /// <summary>The ids of what a licence may be refused or warned of for, beside the rules of readiness; -SkipRule takes them.</summary>
    public static IReadOnlyCollection<string> Rules => LicensePlanner.Rules;

    /// <summary>In an intent's options: how many seconds may pass until the licence is there.</summary>
    internal const string TimeoutOption = "licenseTimeoutSeconds";

    /// <summary>How long a licence is waited for unless told otherwise, in seconds. The daemon asks at once, and again within a minute.</summary>
    public const int DefaultTimeoutSeconds = 180;

    /// <summary>The guests are to have their licences from the legacy server.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="server">Its name or address.</param>
    /// <param name="port">Its port; null leaves what is set, which is 7070 where nothing is.</param>
    /// <param name="backupServer">The server that is asked where the first does not answer; null leaves what is set.</param>
    /// <param name="backupPort">Its port; null leaves what is set.</param>
    /// <param name="feature">What is asked for; null for what is set, or for a vGPU what its type needs.</param>
    /// <param name="removeOther">Whether client configuration tokens are taken away.</param>
    /// <param name="options">The options of changes of guests.</param>
    /// <param name="timeoutSeconds">How long the licence is waited for; 0 does not wait.</param>
    /// <exception cref="GpuVSphereException">LicenseServerInvalid.</exception>
    public static ChangeIntent Legacy(
        IEnumerable<PlanTarget> vms,
        string server,
        int? port,
        string? backupServer,
        int? backupPort,
        LicenseFeature? feature,
        bool removeOther,
        GuestChangeOptions options,
        int timeoutSeconds = DefaultTimeoutSeconds)
    {
        Dictionary<string, string> wanted = new(StringComparer.Ordinal) { [LicenseWish.ServerName] = Address(server) };
        Add(wanted, LicenseWish.PortName, port is { } number ? LicenseSettings.Text(number) : null);
        Add(wanted, LicenseWish.BackupName, backupServer is null ? null : Address(backupServer));
        Add(wanted, LicenseWish.BackupPortName, backupPort is { } backup ? LicenseSettings.Text(backup) : null);
        return Intent("Take vGPU licences from " + server.Trim(), vms, wanted, feature, removeOther, options, timeoutSeconds);
    }

    /// <summary>The guests are to have their licences from the NVIDIA License System, by a client configuration token.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="tokenPath">The token's file on this machine. Its content is in no intent, plan or journal.</param>
    /// <param name="feature">What is asked for; null for what is set, or for a vGPU what its type needs.</param>
    /// <param name="removeOther">Whether the address of a legacy server is taken away.</param>
    /// <param name="options">The options of changes of guests.</param>
    /// <param name="timeoutSeconds">How long the licence is waited for; 0 does not wait.</param>
    /// <exception cref="GpuVSphereException">TokenNotFound, TokenNotReadable, TokenInvalid.</exception>
    public static ChangeIntent Token(
        IEnumerable<PlanTarget> vms, string tokenPath, LicenseFeature? feature, bool removeOther, GuestChangeOptions options, int timeoutSeconds = DefaultTimeoutSeconds)
    {
        string path = Path.GetFullPath(tokenPath);
        Dictionary<string, string> wanted = new(StringComparer.Ordinal)
        {
            [LicenseWish.TokenFileName] = path,
            [LicenseWish.TokenHashName] = ClientToken.Hash(ReadToken(path)),
        };
        return Intent("Take vGPU licences from the NVIDIA License System", vms, wanted, feature, removeOther, options, timeoutSeconds);
    }

    /// <summary>Reads a token's file.</summary>
    internal static byte[] ReadToken(string path)
    {
        byte[] content;
        try
        {
            if (!File.Exists(path))
            {
                throw new GpuVSphereException("TokenNotFound", GpuErrorCategory.ObjectNotFound, $"There is no file {path}.", path, LocalFiles.Beside(path, file => file.EndsWith(".tok", StringComparison.OrdinalIgnoreCase), "Download the client configuration token from the licence server (CLS or DLS), and give its path."));
            }

            using FileStream file = File.OpenRead(path);
            content = file.Length > ClientToken.MostBytes ? new byte[ClientToken.MostBytes + 1] : new byte[file.Length];
            int read = 0;
            for (int got; read < content.Length && (got = file.Read(content, read, content.Length - read)) > 0;)
            {
                read += got;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GpuVSphereException("TokenNotReadable", GpuErrorCategory.PermissionDenied, $"{path} cannot be read: {error.Message}", path, "Check that it may be read.", error);
        }

        return ClientToken.Trouble(content) is { } trouble
            ? throw new GpuVSphereException("TokenInvalid", GpuErrorCategory.InvalidData, $"{path} is no client configuration token: {trouble}.", path, "Download the token anew from the licence server, and give its path.")
            : content;
    }

    private static ChangeIntent Intent(
        string title, IEnumerable<PlanTarget> vms, Dictionary<string, string> wanted, LicenseFeature? feature, bool removeOther, GuestChangeOptions options, int timeoutSeconds)
    {
        Add(wanted, LicenseWish.FeatureName, feature is { } asked ? LicenseSettings.Text((int)asked) : null);
        Add(wanted, LicenseWish.RemoveOtherName, removeOther ? "true" : null);
        return new ChangeIntent(
            Kind, title, [.. vms.Select(vm => new IntentTarget(vm, wanted))], options.ToText((TimeoutOption, timeoutSeconds.ToString(CultureInfo.InvariantCulture))));
    }

    private static void Add(Dictionary<string, string> wanted, string name, string? value)
    {
        if (value is not null)
        {
            wanted[name] = value;
        }
    }

    private static string Address(string server)
    {
        string plain = server.Trim();
        return LicenseSettings.IsAddress(plain) ? plain : throw new GpuVSphereException(
            "LicenseServerInvalid",
            GpuErrorCategory.InvalidArgument,
            $"'{plain}' is no name or address of a licence server.",
            plain,
            "Give a name or an IP address alone, without http:// and port; the port is -ServerPort.");
    }
}
