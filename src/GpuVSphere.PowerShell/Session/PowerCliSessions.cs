using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Xml;
using GpuVSphere.PowerShell.Binding;

namespace GpuVSphere.PowerShell.Session;

/// <summary>
/// What is read of PowerCLI: its default servers, a server object's address and session, its certificate setting. Nothing is written,
/// nothing is imported, and only named properties are read. To be called on the pipeline thread.
/// </summary>
internal static class PowerCliSessions
{
    // Filtered by the Scope column: the Session row carries the values in force, the others are blank where unset.
    private const string ReadSetting = """
        $module = Microsoft.PowerShell.Core\Get-Module -Name VMware.VimAutomation.Core, VMware.VimAutomation.Common |
            Microsoft.PowerShell.Core\Where-Object { $_.ExportedCommands.ContainsKey('Get-PowerCLIConfiguration') } |
            Microsoft.PowerShell.Utility\Select-Object -First 1
        if ($module) {
            & $module.ExportedCommands['Get-PowerCLIConfiguration'] -ErrorAction Ignore |
                Microsoft.PowerShell.Core\Where-Object { "$($_.Scope)" -eq 'Session' } |
                Microsoft.PowerShell.Core\ForEach-Object { "$($_.InvalidCertificateAction)" }
        }
        """;

    /// <summary>The session of a VIServer object, live or deserialised; null when the object is none, or not one of vim25.</summary>
    public static BorrowedSession? Read(object? value)
    {
        if (value is null || IdentityReader.Unwrap(value) is string)
        {
            return null;
        }

        PSObject server = PSObject.AsPSObject(value);
        string? address = IdentityReader.Text(server, "ServiceUri");
        if (address is null
            || !Uri.TryCreate(address, UriKind.Absolute, out Uri? uri)
            || !uri.AbsolutePath.TrimEnd('/').EndsWith("/sdk", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string? cookie = IdentityReader.Text(server, "SessionSecret") ?? IdentityReader.Text(server, "SessionId");
        return cookie is null
            ? null
            : new BorrowedSession(
                IdentityReader.Text(server, "Name") ?? uri.Host,
                uri,
                cookie,
                IdentityReader.Text(server, "User") ?? string.Empty,
                IdentityReader.Text(server, "Uid") ?? IdentityReader.Text(server, "Id"),
                IdentityReader.Text(server, "InstanceUuid"),
                !string.Equals(IdentityReader.Text(server, "IsConnected"), "False", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>PowerCLI's default servers that it believes to be connected; empty without PowerCLI.</summary>
    public static IReadOnlyList<BorrowedSession> Defaults(SessionState state)
    {
        List<BorrowedSession> sessions = [];
        foreach (string variable in (string[])["DefaultVIServers", "DefaultVIServer"])
        {
            object? value = state.PSVariable.GetValue("global:" + variable, null);
            foreach (object element in Elements(value))
            {
                if (Read(element) is { IsConnected: true } session)
                {
                    sessions.Add(session);
                }
            }

            if (sessions.Count > 0)
            {
                break;
            }
        }

        return sessions;
    }

    /// <summary>What PowerCLI does with a certificate that is not trusted: Fail, Prompt, Warn, Ignore; null when nothing says so.</summary>
    public static string? InvalidCertificateAction(CommandInvocationIntrinsics invoke)
    {
        foreach (PSObject? line in invoke.InvokeScript(ReadSetting))
        {
            string? action = line?.ToString();
            if (IsSet(action))
            {
                return action;
            }
        }

        foreach (string file in SettingsFiles())
        {
            string? action = ReadSettingsFile(file);
            if (IsSet(action))
            {
                return action;
            }
        }

        return null;
    }

    /// <summary>Whether that setting lets a session go on with a certificate that is not trusted.</summary>
    public static bool IsUnchecked(string? action) =>
        string.Equals(action, "Ignore", StringComparison.OrdinalIgnoreCase) || IsWarned(action);

    /// <summary>Whether that setting wants a warning for it.</summary>
    public static bool IsWarned(string? action) => string.Equals(action, "Warn", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<object> Elements(object? value)
    {
        if (value is null)
        {
            yield break;
        }

        IEnumerable? many = LanguagePrimitives.GetEnumerable(value);
        if (many is null)
        {
            yield return value;
            yield break;
        }

        foreach (object? one in many)
        {
            if (one is not null)
            {
                yield return one;
            }
        }
    }

    private static IEnumerable<string> SettingsFiles()
    {
        // Windows has it under the roaming data folder, Linux under the local one.
        foreach (Environment.SpecialFolder folder in (Environment.SpecialFolder[])[Environment.SpecialFolder.ApplicationData, Environment.SpecialFolder.LocalApplicationData])
        {
            string path = Environment.GetFolderPath(folder);
            if (path.Length > 0)
            {
                yield return Path.Combine(path, "VMware", "PowerCLI", "PowerCLI_Settings.xml");
            }
        }
    }

    private static string? ReadSettingsFile(string file)
    {
        try
        {
            if (!File.Exists(file))
            {
                return null;
            }

            using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            while (reader.ReadToFollowing("Setting"))
            {
                if (reader.GetAttribute("Name") == "InvalidCertificateAction")
                {
                    return reader.GetAttribute("Value");
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or XmlException)
        {
            // A file of another program that cannot be read says nothing, and the safe default holds.
        }

        return null;
    }

    private static bool IsSet(string? action) => !string.IsNullOrEmpty(action) && !string.Equals(action, "Unset", StringComparison.OrdinalIgnoreCase);
}
