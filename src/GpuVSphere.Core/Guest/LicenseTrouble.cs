namespace GpuVSphere.Guest;

/// <summary>Why a guest has no vGPU licence.</summary>
public enum LicenseTrouble
{
    /// <summary>Nothing is known to be wrong.</summary>
    None,

    /// <summary>No licence server and no client configuration token is configured.</summary>
    NotConfigured,

    /// <summary>The feature type in gridd.conf is none that the daemon knows.</summary>
    FeatureTypeInvalid,

    /// <summary>The folder of the client configuration token has none that the daemon can read.</summary>
    TokenMissing,

    /// <summary>The client configuration token is damaged, or none at all.</summary>
    TokenInvalid,

    /// <summary>The licence server does not answer: name, network, firewall or port.</summary>
    ServerUnreachable,

    /// <summary>The licence server has no free licence of the product asked for, or none at all.</summary>
    NoLicense,

    /// <summary>The guest's clock differs from the server's, or was set back, or the token is too old for it.</summary>
    ClockSkew,

    /// <summary>The licensing service does not run.</summary>
    ServiceNotRunning,

    /// <summary>The licence server or the daemon refuses for another reason, which is in the log's words.</summary>
    Refused,
}
