namespace GpuVSphere.Shell;

/// <summary>Why the OpenSSH client gave up.</summary>
internal enum OpenSshTroubleKind
{
    /// <summary>None of the others.</summary>
    Other,

    /// <summary>Nothing listens there.</summary>
    Refused,

    /// <summary>No answer in time, or no way to the host.</summary>
    Timeout,

    /// <summary>The host's name is not known.</summary>
    NameUnknown,

    /// <summary>The host's key is not in known_hosts.</summary>
    HostKeyUnknown,

    /// <summary>The host has another key than known_hosts says, or one that was revoked.</summary>
    HostKeyChanged,

    /// <summary>The login was not accepted.</summary>
    AuthenticationFailed,

    /// <summary>Client and host have no algorithm in common.</summary>
    NoCommonAlgorithm,

    /// <summary>The connection was cut.</summary>
    Closed,

    /// <summary>The client's configuration does not allow to run a command.</summary>
    Configuration,
}
