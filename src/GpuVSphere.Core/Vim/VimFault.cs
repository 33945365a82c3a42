using System.Collections.Generic;

namespace GpuVSphere.Vim;

/// <summary>A fault as the server sent it: its type, its text, and its fields.</summary>
internal sealed class VimFault
{
    private VimFault(string type, string message, VimElement? detail)
    {
        Type = type;
        Message = message;
        Detail = detail;
    }

    public string Type { get; }

    public string Message { get; }

    public VimElement? Detail { get; }

    /// <summary>Reads soapenv:Fault: the real type is the xsi:type of what is in detail.</summary>
    public static VimFault ReadSoap(VimReader reader)
    {
        string code = string.Empty;
        string text = string.Empty;
        VimElement? detail = null;
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "faultcode": code = reader.String(); break;
                case "faultstring": text = reader.String(); break;
                case "detail":
                    VimReader inner = reader.Object();
                    if (inner.NextChild())
                    {
                        detail = inner.Element();
                    }

                    break;
            }
        }

        string type = detail?.XsiType ?? TypeFromName(detail?.Name) ?? AfterColon(code);
        return new VimFault(type, text, detail);
    }

    /// <summary>Reads a LocalizedMethodFault: TaskInfo.error, missingSet.fault.</summary>
    public static VimFault FromLocalized(VimElement localized)
    {
        VimElement? detail = localized["fault"];
        return new VimFault(detail?.XsiType ?? "MethodFault", localized["localizedMessage"]?.Text ?? string.Empty, detail);
    }

    /// <summary>Makes the exception that says it.</summary>
    public VimFaultException ToException(VimFaultContext context) => Type switch
    {
        "NotAuthenticated" => new NotAuthenticatedException(this, context),
        "NoPermission" => new NoPermissionException(this, context),
        "InvalidLogin" => new InvalidLoginException(this, context),
        _ => new VimFaultException(this, context),
    };

    /// <summary>The texts in faultMessage and in the causes, without doubles: where ESXi says why a VM does not power on.</summary>
    public IReadOnlyList<string> Details()
    {
        List<string> texts = [];
        Collect(Detail, texts, 0);
        return texts;
    }

    private static void Collect(VimElement? fault, List<string> texts, int depth)
    {
        if (fault is null || depth > 8)
        {
            return;
        }

        foreach (VimElement message in fault.All("faultMessage"))
        {
            Add(texts, message["message"]?.Text);
        }

        if (fault["reason"] is { Children.Count: 0 } reason)
        {
            Add(texts, reason.Text);
        }

        VimElement? cause = fault["faultCause"];
        if (cause is not null)
        {
            Add(texts, cause["localizedMessage"]?.Text);
            Collect(cause["fault"], texts, depth + 1);
        }
    }

    private static void Add(List<string> texts, string? text)
    {
        if (!string.IsNullOrWhiteSpace(text) && !texts.Contains(text!.Trim()))
        {
            texts.Add(text.Trim());
        }
    }

    private static string? TypeFromName(string? name) =>
        name is null ? null : name.EndsWith("Fault", System.StringComparison.Ordinal) && name.Length > 5 ? name.Substring(0, name.Length - 5) : name;

    private static string AfterColon(string code)
    {
        string local = code.Substring(code.IndexOf(':') + 1).Trim();
        return local.Length == 0 ? "MethodFault" : local;
    }
}
