using System;
using System.Management.Automation;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace GpuVSphere.PowerShell.Errors;

/// <summary>Turns errors of the domain into PowerShell's error records: the one place where ids, categories and texts are made.</summary>
internal static class ErrorMapper
{
    public static ErrorRecord ToRecord(GpuVSphereException error)
    {
        // The target is a name: an object put here would live on in $Error, with its session.
        ErrorRecord record = new(error, error.Id, CategoryOf(error.Category), error.Target);
        record.ErrorDetails = new ErrorDetails(TextOf(error)) { RecommendedAction = error.NextStep ?? string.Empty };
        return record;
    }

    public static ErrorRecord ToRecord(Exception error, string commandName) => ToRecord(Explain(error, commandName));

    // PowerShell 7 shows the recommended action below the message; Windows PowerShell does not, so there it is part of it.
    private static string TextOf(GpuVSphereException error) =>
        string.IsNullOrEmpty(error.NextStep) || !RuntimeInformation.FrameworkDescription.StartsWith(".NET Framework", StringComparison.Ordinal)
            ? error.Message
            : error.Message + " Next: " + error.NextStep;

    public static GpuVSphereException Explain(Exception error, string commandName) => error switch
    {
        GpuVSphereException known => known,
        TaskCanceledException or TimeoutException => new GpuVSphereException(
            "OperationTimeout",
            GpuErrorCategory.Timeout,
            "The server did not answer in time.",
            commandName,
            "Check that the server can be reached, then run the command again.",
            error),
        HttpRequestException => new GpuVSphereException(
            "ServerUnreachable",
            GpuErrorCategory.ConnectionFailed,
            "The connection to the server failed: " + error.Message,
            commandName,
            "Check the server's name and the network, then run the command again.",
            error),
        _ => new GpuVSphereException(
            "Unexpected",
            GpuErrorCategory.OperationFailed,
            $"{commandName} met something it does not know: {error.GetType().Name}: {error.Message}",
            commandName,
            "Run it again with -Verbose; when it stays, report it with the output of: $Error[0].Exception.ToString()",
            error),
    };

    private static ErrorCategory CategoryOf(GpuErrorCategory category) => category switch
    {
        GpuErrorCategory.ObjectNotFound => ErrorCategory.ObjectNotFound,
        GpuErrorCategory.AmbiguousName => ErrorCategory.InvalidArgument,
        GpuErrorCategory.InvalidArgument => ErrorCategory.InvalidArgument,
        GpuErrorCategory.InvalidState => ErrorCategory.InvalidOperation,
        GpuErrorCategory.PermissionDenied => ErrorCategory.PermissionDenied,
        GpuErrorCategory.AuthenticationFailed => ErrorCategory.AuthenticationError,
        GpuErrorCategory.ConnectionFailed => ErrorCategory.ConnectionError,
        GpuErrorCategory.InvalidData => ErrorCategory.InvalidData,
        GpuErrorCategory.ResourceBusy => ErrorCategory.ResourceBusy,
        GpuErrorCategory.Timeout => ErrorCategory.OperationTimeout,
        GpuErrorCategory.NotSupported => ErrorCategory.NotImplemented,
        _ => ErrorCategory.InvalidResult,
    };
}
