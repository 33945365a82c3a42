namespace GpuVSphere;

/// <summary>What kind of trouble an error tells of; a cmdlet turns it into PowerShell's own category.</summary>
public enum GpuErrorCategory
{
    /// <summary>Something named does not exist.</summary>
    ObjectNotFound,

    /// <summary>A name fits several objects where one is meant.</summary>
    AmbiguousName,

    /// <summary>What was typed cannot be right, whatever the server says.</summary>
    InvalidArgument,

    /// <summary>The object exists but is in the wrong state: powered on, suspended, disconnected, changed since it was read.</summary>
    InvalidState,

    /// <summary>The account lacks a privilege.</summary>
    PermissionDenied,

    /// <summary>User name, password or session were not accepted.</summary>
    AuthenticationFailed,

    /// <summary>No connection, a cut connection, a certificate that is not trusted, or a peer that is not a vSphere server.</summary>
    ConnectionFailed,

    /// <summary>What arrived could not be understood.</summary>
    InvalidData,

    /// <summary>Another run or another VM holds what is needed.</summary>
    ResourceBusy,

    /// <summary>What was waited for did not happen in time.</summary>
    Timeout,

    /// <summary>The version or the hardware does not have it.</summary>
    NotSupported,

    /// <summary>The server tried and failed.</summary>
    OperationFailed,
}
